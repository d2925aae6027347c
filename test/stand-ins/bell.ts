import type { ServerResponse } from 'node:http'
import { serve } from '../fixtures/ollama/local-server.ts'

/** A bell that counts how often each of its notes was rung. */
export interface Bell {
  url: string
  rung: Map<string, number>
  /** Rings of this note are heard, and not answered, from now on. */
  holds(note: string): void
  /** Resolves when the note has been rung for the first time. */
  heard(note: string): Promise<void>
  close(): Promise<void>
}

/** Each ring is answered at once. */
export async function openBell(): Promise<Bell> {
  const rung = new Map<string, number>()
  const held = new Map<string, ServerResponse[]>()
  const first = new Map<string, PromiseWithResolvers<void>>()
  const firstOf = (note: string) => {
    const known = first.get(note) ?? Promise.withResolvers<void>()
    first.set(note, known)
    return known
  }
  const { url, close } = await serve((request, response) => {
    const note = decodeURIComponent((request.url ?? '/').slice(1))
    rung.set(note, (rung.get(note) ?? 0) + 1)
    firstOf(note).resolve()
    const waiting = held.get(note)
    if (waiting) waiting.push(response)
    else response.end(`rang ${note}`)
  })
  return {
    ...{ url, rung, close },
    holds: (note) => void held.set(note, []),
    heard: (note) => firstOf(note).promise,
  }
}
