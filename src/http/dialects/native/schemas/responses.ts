import type { TSchema } from 'typebox'
import { problemType } from '../problem.ts'
import { EventStreamSchema } from './event-schemas.ts'
import { ProblemSchema } from './problem-schema.ts'
import { WatchStreamSchema } from './watch-schema.ts'

/** Statuses of every route: every request has a host and may have an origin and a body, and nearly all use the database. */
const everywhere = [403, 413, 421, 422, 500, 503]

const descriptions: Record<number, string> = {
  403: 'The request is from a web page of another origin.',
  404: 'The turn, conversation, call or model does not exist.',
  409: 'The conversation is busy, or the call has another result, or another approval.',
  410: 'The call is closed.',
  413: 'The request is too large.',
  421: 'The server does not have the name that the request is sent to.',
  422: 'The request is not as expected.',
  429: 'Too many turns run or wait.',
  500: 'A fault of chatterd.',
  502: 'The engine cannot be reached, or failed.',
  503: 'The database, the engine or the server cannot serve the request now; try again shortly.',
  504: 'The engine took too long.',
}

const retryAfter = { 'Retry-After': { type: 'integer', description: 'Seconds to wait.' } }

/** The error responses of a route, by status: these statuses and those of every route. */
export function problemResponses(...statuses: number[]): Record<number, object> {
  const all = [...new Set([...statuses, ...everywhere])]
  return Object.fromEntries(all.map((status) => [status, problemResponse(status)]))
}

function problemResponse(status: number): object {
  return {
    description: descriptions[status],
    ...((status === 503 || status === 429) && { headers: retryAfter }),
    content: { [problemType]: { schema: ProblemSchema } },
  }
}

/** A response in JSON. */
export function jsonResponse(description: string, schema: TSchema, headers?: object): object {
  return { description, ...(headers && { headers }), content: { 'application/json': { schema } } }
}

/** A response without a body. */
export function emptyResponse(description: string): object {
  return { description, type: 'null' }
}

/** A response of server-sent events. */
export function eventStreamResponse(description: string): object {
  return { description, content: { 'text/event-stream': { schema: EventStreamSchema } } }
}

/** A response of what happens in a conversation. */
export function watchStreamResponse(description: string): object {
  return { description, content: { 'text/event-stream': { schema: WatchStreamSchema } } }
}
