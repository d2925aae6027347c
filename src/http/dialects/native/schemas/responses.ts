import type { TSchema } from 'typebox'
import { problemType } from '../problem.ts'
import { Event } from './event-schemas.ts'
import { Problem } from './problem-schema.ts'
import { refTo } from './shared-schema.ts'

/** Statuses that every route may answer with: bodies are read, the database asked, and faults told everywhere. */
const everywhere = [413, 422, 500, 503]

const words: Record<number, string> = {
  404: 'There is no such thing.',
  409: 'It does not fit how things stand.',
  410: 'It is over.',
  413: 'The request is too large.',
  422: 'The request is not as expected.',
  429: 'More turns run than may.',
  500: 'A fault of chatterd.',
  502: 'The engine failed.',
  503: 'Try again shortly.',
  504: 'The engine took too long.',
}

const retryAfter = { 'Retry-After': { type: 'integer', description: 'Seconds to wait.' } }

/** The problems that a route may answer with, by status: these, and those of all routes. */
export function problems(...statuses: number[]): Record<number, object> {
  const told = [...new Set([...statuses, ...everywhere])]
  return Object.fromEntries(told.map((status) => [status, problemWith(status)]))
}

function problemWith(status: number): object {
  return {
    description: words[status],
    ...((status === 503 || status === 429) && { headers: retryAfter }),
    content: { [problemType]: { schema: refTo(Problem) } },
  }
}

/** An answer in JSON. */
export function answer(description: string, schema: TSchema, headers?: object): object {
  return { description, ...(headers && { headers }), content: { 'application/json': { schema } } }
}

/** An answer without a body. */
export function emptyReply(description: string): object {
  return { description, type: 'null' }
}

/** An answer of server-sent events. Its schema is that of each of them: OpenAPI 3.1 has no words for a sequence. */
export function eventsAnswer(description: string): object {
  return { description, content: { 'text/event-stream': { schema: { $ref: `${Event.$id}#` } } } }
}
