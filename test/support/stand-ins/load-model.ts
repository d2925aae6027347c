import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChatScript, OllamaStandIn } from './ollama.ts'
import { done, text } from './ollama-replies.ts'

/** A model whose replies depend on the prompt alone, so that whole replies are known: in pieces, some time apart. */
export interface LoadModel {
  name: string
  /** Its reply to this prompt. */
  replyTo(content: string): string
}

/** `pieces` of the prompt, a number and `padding`, `pauseMs` milliseconds apart. */
export function loadModel(
  ollama: OllamaStandIn,
  name: string,
  pieces: number,
  pauseMs: number,
  padding = '🌊',
): LoadModel {
  const piecesOf = (content: string) =>
    Array.from({ length: pieces }, (_, index) => `${content} ${index} ${padding}\n`)
  const script: ChatScript = async (response, prompt) => {
    const { content = '' } = prompt.body.messages.findLast(({ role }) => role === 'user') ?? {}
    // The same reply to each prompt; earlier prompts are not needed.
    model.replies(script)
    model.prompts.length = 0
    response.writeHead(200, { 'content-type': 'application/x-ndjson' })
    for (const piece of piecesOf(content)) {
      if (response.destroyed) return
      const keepsUp = response.write(`${text(piece)(prompt)}\n`)
      if (pauseMs > 0) await delay(pauseMs)
      else if (!keepsUp) await untilDrained(response)
    }
    response.end(`${done()(prompt)}\n`)
  }
  const model = ollama.model(name)
  model.replies(script)
  return { name, replyTo: (content) => piecesOf(content).join('') }
}

/** Resolves when the response takes more, or none any more. */
async function untilDrained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const events = ['drain', 'close']
  for (const event of events) response.once(event, resolve)
  await promise
  for (const event of events) response.off(event, resolve)
}
