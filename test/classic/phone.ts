import type { JsonObject } from '../../src/protocol/json.ts'
import type { PhoneCall } from '../support/clients/classic/phone-stream.ts'
import { type Posting, type Response, send } from '../support/clients/classic/post.ts'

/**
 * How a phone posts its results. A: the result of its last call alone, and no tools. B: the first POST's messages again,
 * with its tools, then every result since.
 */
export type Shape = 'A' | 'B'

/** The tools that run on a phone, by name. */
export type DeviceTools = Record<string, (args: Record<string, string>) => string>

export interface PhoneOptions {
  url: string
  appID: string
  model: string
  shape: Shape
  /** What the phone can run. */
  runs?: DeviceTools
}

/** One prompt, with all POSTs that it took. */
export interface PhoneRound {
  responses: Response[]
  last: Response
  /** The text of all answers. */
  text: string
  calls: PhoneCall[]
}

/** An app that speaks the classic dialect, as those of the tutorial do. */
export interface Phone {
  appID: string
  model: string
  /** Prompts, runs the tools that are called, and posts their results until no more are called. */
  prompt(content: string, extra?: JsonObject): Promise<PhoneRound>
  /** The first POST of a prompt. */
  post(content: string, extra?: JsonObject): Posting
  /** A POST of these messages, whatever they are. */
  postMessages(messages: JsonObject[], extra?: JsonObject): Posting
  prepare(...system: string[]): Promise<Response>
}

/** More POSTs for one prompt than any scenario needs. */
const maxPosts = 20

export function createPhone({ url, appID, model, shape, runs = {} }: PhoneOptions): Phone {
  const postMessages = (messages: JsonObject[], extra: JsonObject = {}) =>
    send(`${url}/llmtools`, { appID, model, stream: true, messages, ...extra })

  async function prompt(content: string, extra: JsonObject = {}): Promise<PhoneRound> {
    const messages = [{ role: 'user', content }]
    const results: JsonObject[] = []
    const responses: Response[] = []
    let posting = postMessages(messages, extra)
    while (responses.length < maxPosts) {
      const response = await posting.response
      responses.push(response)
      const fresh = response.calls.flatMap((call) => {
        const run = runs[call.name]
        return run ? [{ role: 'tool', content: run(call.arguments) }] : []
      })
      if (fresh.length === 0) return roundOf(responses)
      results.push(...fresh)
      posting = shape === 'A' ? postMessages(fresh.slice(-1)) : postMessages([...messages, ...results], extra)
    }
    throw new Error(`the tools were called again and again: ${maxPosts} times`)
  }

  return {
    appID,
    model,
    prompt,
    post: (content, extra) => postMessages([{ role: 'user', content }], extra),
    postMessages,
    prepare: (...system) =>
      send(`${url}/llmprep`, {
        appID,
        model,
        messages: system.map((content) => ({ role: 'system', content })),
        stream: false,
      }).response,
  }
}

function roundOf(responses: Response[]): PhoneRound {
  const last = responses.at(-1)
  if (!last) throw new Error('a prompt has at least one response')
  return {
    responses: responses,
    last,
    text: responses.map((response) => response.text).join(''),
    calls: responses.flatMap((response) => response.calls),
  }
}
