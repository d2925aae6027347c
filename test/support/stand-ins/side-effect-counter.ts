import type { ServerResponse } from 'node:http'
import { serve } from './local-server.ts'

/** An HTTP server that counts side effects: each request is one, and its path names it. */
export interface SideEffectCounter {
  url: string
  /** How often each one has happened. */
  counts: Map<string, number>
  /** Requests of this name are counted, and get no response, from now on. */
  holds(name: string): void
  /** Resolves when this one has happened for the first time. */
  happened(name: string): Promise<void>
  close(): Promise<void>
}

/** Each request gets its response at once. */
export async function openSideEffectCounter(): Promise<SideEffectCounter> {
  const counts = new Map<string, number>()
  const held = new Map<string, ServerResponse[]>()
  const first = new Map<string, PromiseWithResolvers<void>>()
  const firstOf = (name: string) => {
    const known = first.get(name) ?? Promise.withResolvers<void>()
    first.set(name, known)
    return known
  }
  const { url, close } = await serve((request, response) => {
    const name = decodeURIComponent((request.url ?? '/').slice(1))
    counts.set(name, (counts.get(name) ?? 0) + 1)
    firstOf(name).resolve()
    const waiting = held.get(name)
    if (waiting) waiting.push(response)
    else response.end(`counted ${name}`)
  })
  return {
    ...{ url, counts, close },
    holds: (name) => void held.set(name, []),
    happened: (name) => firstOf(name).promise,
  }
}
