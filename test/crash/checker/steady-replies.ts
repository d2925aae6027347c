import { setTimeout as delay } from 'node:timers/promises'
import type { ChatScript, OllamaStandIn } from '../../support/stand-ins/ollama.ts'
import { calls, done, message, type ScriptedCall, text } from '../../support/stand-ins/ollama-replies.ts'

/** What a prompt leads to: a reply alone, or one tool before it. */
export const kinds = ['plain', 'device', 'effect', 'weather'] as const
export type Kind = (typeof kinds)[number]

/** A prompt that is like no other. */
export const promptOf = (conversation: string, index: number, kind: Kind) =>
  `${conversation} ${index} ${kind}`

/** The model's last reply to it, whatever the results of the tools are. */
export const replyTo = (prompt: string) => piecesOf(prompt).join('')
/** The result of the device's tool. */
export const resultFor = (prompt: string) => `the place of ${prompt}`

const piecesOf = (prompt: string) => Array.from({ length: 12 }, (_, index) => `${index} of ${prompt} 🌊\n`)
const tools: Partial<Record<Kind, (prompt: string) => ScriptedCall>> = {
  device: () => ({ name: 'get_location', arguments: {} }),
  effect: (prompt) => ({ name: 'side_effect', arguments: { name: prompt } }),
  weather: () => ({ name: 'get_weather', arguments: { latitude: '1', longitude: '2' } }),
}

const pauseMs = 4

/** A model whose replies depend on the prompt alone, and come in pieces; returns its name. */
export function steadyReplies(ollama: OllamaStandIn): string {
  const script: ChatScript = async (response, prompt) => {
    // The same to whatever comes next.
    model.replies(script)
    const { messages } = prompt.body
    const last = messages.at(-1)
    const content = messages.findLast(({ role }) => role === 'user')?.content ?? ''
    const tool = tools[kinds.find((kind) => content.endsWith(kind)) ?? 'plain']
    const lines =
      tool && last?.role === 'user'
        ? [message({ thinking: 'A tool. ' }), text('Let me see. '), calls([tool(content)])]
        : piecesOf(content).map(text)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const line of lines) {
      if (response.destroyed) return
      response.write(`${line(prompt)}\n`)
      await delay(pauseMs)
    }
    response.end(`${done()(prompt)}\n`)
  }
  const model = ollama.model('steady:test')
  model.replies(script)
  return model.name
}
