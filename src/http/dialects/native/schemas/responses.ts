import type { TSchema } from 'typebox'
import { problemType } from '../problem.ts'
import { EventSchema } from './event-schemas.ts'
import { ProblemSchema } from './problem-schema.ts'
import { refTo } from './shared-schema.ts'

/** Statuses that every route may answer with: bodies are read, the database asked, and faults told everywhere. */
const everywhere = [413, 422, 500, 503]

const descriptions: Record<number, string> = {
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
export function problemResponses(...statuses: number[]): Record<number, object> {
  const told = [...new Set([...statuses, ...everywhere])]
  return Object.fromEntries(told.map((status) => [status, problemWith(status)]))
}

function problemWith(status: number): object {
  return {
    description: descriptions[status],
    ...((status === 503 || status === 429) && { headers: retryAfter }),
    content: { [problemType]: { schema: refTo(ProblemSchema) } },
  }
}

/** An answer in JSON. */
export function jsonResponse(description: string, schema: TSchema, headers?: object): object {
  return { description, ...(headers && { headers }), content: { 'application/json': { schema } } }
}

/** An answer without a body. */
export function emptyResponse(description: string): object {
  return { description, type: 'null' }
}

/** An answer of server-sent events. Its schema is that of each of them: OpenAPI 3.1 has no words for a sequence. */
export function eventStreamResponse(description: string): object {
  return { description, content: { 'text/event-stream': { schema: { $ref: `${EventSchema.$id}#` } } } }
}
