import { setTimeout as delay } from 'node:timers/promises'
import type { PromptMessage } from '../../src/turn/ports/engine.ts'
import type { ChatScript, OllamaStandIn } from '../support/stand-ins/ollama.ts'
import { calls, done, text } from '../support/stand-ins/ollama-replies.ts'
import { callsDevice, replyTo } from './ledger.ts'

/** A model whose replies depend on the prompt alone, and come in pieces, some time apart. */
export interface SteadyModel {
  name: string
  /** The newest prompt that ends in this message of the user's. */
  promptOf(content: string): PromptMessage[] | undefined
}

/** The most replies of one run of a test. */
const enough = 20_000

export function steadyModel(ollama: OllamaStandIn): SteadyModel {
  const seen = new Map<string, PromptMessage[]>()
  const script: ChatScript = async (response, prompt) => {
    const { messages } = prompt.body
    const content = messages.findLast(({ role }) => role === 'user')?.content ?? ''
    const last = messages.at(-1)
    if (last?.role === 'user') seen.set(content, messages)
    const reply = replyTo(content)
    const lines =
      callsDevice(content) && last?.role === 'user'
        ? [calls([{ name: 'get_location', arguments: {} }])]
        : [text(reply.slice(0, 9)), text(reply.slice(9, 20)), text(reply.slice(20))]
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const line of lines) {
      response.write(`${line(prompt)}\n`)
      await delay(2)
    }
    response.end(`${done()(prompt)}\n`)
  }
  const model = ollama.model('steady:test')
  model.replies(...Array.from({ length: enough }, () => script))
  return { name: model.name, promptOf: (content) => seen.get(content) }
}
