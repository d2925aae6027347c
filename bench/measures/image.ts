import { randomBytes } from 'node:crypto'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { benchModelName } from '../bench-model.ts'
import { checkResponse } from '../check-response.ts'
import type { Contender } from '../contenders.ts'
import { type Pings, startPings } from '../pings.ts'
import type { Figure } from '../report.ts'
import { median, spread } from '../statistics.ts'

/** Prompts with an image, each after one without. */
export interface ImageLoad {
  /** Of base64. */
  imageBytes: number
  repeat: number
  /** Prompts without and with an image that are left out: until the code is compiled. */
  warmUp: { small: number; image: number }
}

/** What one image costs, in milliseconds. */
interface Cost {
  /** Until the first token, more than without the image. */
  firstToken: number
  /** The longest time that others waited for an answer meanwhile, more than they usually do. */
  silence: number
}

/** The first token of a prompt with an image, and how long the server answers nobody else meanwhile. */
export async function measureImage(
  contenders: readonly [Contender, Contender],
  load: ImageLoad,
): Promise<Figure[]> {
  const [base, other] = [await costs(contenders[0], load), await costs(contenders[1], load)]
  const what = `an image of ${load.imageBytes / 1e6} MB`
  const figure = (rest: string, key: keyof Cost, aim: string): Figure => ({
    what: `${what}: ${rest}`,
    pipe: `${spread(
      base.map((cost) => cost[key]),
      1,
    )} ms`,
    other: `${spread(
      other.map((cost) => cost[key]),
      1,
    )} ms`,
    result: `${median(other.map((cost) => cost[key])).toFixed(1)} ms`,
    aim,
  })
  return [
    figure('first token, more than without', 'firstToken', '40 ms'),
    figure('longest wait of others, more than usual', 'silence', '20 ms'),
  ]
}

async function costs(contender: Contender, { imageBytes, repeat, warmUp }: ImageLoad): Promise<Cost[]> {
  const server = await contender.start()
  const pings = startPings(`${server.url}/healthz`)
  const agent = new Agent({ keepAlive: true })
  const ask = (images: string[]) => askOnce(server.url, images, agent, pings)
  const image = () => [randomBytes((imageBytes / 4) * 3).toString('base64')]
  try {
    for (let time = 0; time < warmUp.small; time++) await ask([])
    for (let time = 0; time < warmUp.image; time++) await ask(image())
    const found: Cost[] = []
    for (let time = 0; time < repeat; time++) {
      const without = await ask([])
      const withImage = await ask(image())
      found.push({
        firstToken: withImage.firstTokenMs - without.firstTokenMs,
        silence: Math.max(...withImage.pingsMs) - median(without.pingsMs),
      })
    }
    return found
  } finally {
    agent.destroy()
    pings.close()
    await server.stop()
  }
}

const model = benchModelName(1, 0)
let conversations = 0

/** One prompt of a new conversation, and the answers to pings while it waited for its first token. */
async function askOnce(url: string, images: string[], agent: Agent, pings: Pings) {
  const message = { role: 'user', content: 'What is this?', ...(images.length > 0 && { images }) }
  const appID = `image ${Date.now()} ${conversations++}`
  const body = Buffer.from(JSON.stringify({ appID, model, messages: [message], stream: true }))
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  await pings.begin()
  const began = performance.now()
  request(`${url}/llmtools`, { method: 'POST', agent, headers }, resolve).on('error', reject).end(body)
  const response = await promise
  let firstTokenMs = 0
  response.once('data', () => {
    firstTokenMs = performance.now() - began
  })
  const answer = await text(response)
  if (response.statusCode !== 200) throw new Error(`${response.statusCode}: ${answer}`)
  checkResponse(answer, 1)
  return { firstTokenMs, pingsMs: await pings.end() }
}
