import type { JsonObject } from '../protocol/json.ts'
import type { ServerLink } from './server-link.ts'
import type { Input, OfferedTool, SendOptions, TurnRequest } from './types.ts'

/** The request that begins a turn. Sent again, it begins no second one. */
export function beginRequest(
  link: ServerLink,
  conversation: string,
  input: Input,
  { tools, signal: _, idempotencyKey = link.platform.newKey(), ...options }: SendOptions,
): TurnRequest {
  return {
    method: 'POST',
    url: link.urlOf(`${conversationPath(conversation)}/turns`),
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: withoutUndefined({ input, ...options, tools: tools?.map(toolData), ...queueEvents }),
  }
}

/** Asks for events that say at which place of the queue the request waits. */
const queueEvents = { queueEvents: true }

export function conversationPath(name: string): string {
  return `/conversations/${encodeURIComponent(name)}`
}

function toolData({ name, description, parameters }: OfferedTool): object {
  return withoutUndefined({ name, description, parameters })
}

function withoutUndefined(members: object): JsonObject {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))
}
