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
    // As it is now, also where it is sent again; and without what is undefined.
    body: JSON.parse(JSON.stringify({ input, ...options, tools: tools?.map(toolData), queueEvents: true })),
  }
}

export function conversationPath(name: string): string {
  return `/conversations/${encodeURIComponent(name)}`
}

function toolData({ name, description, parameters }: OfferedTool): object {
  return { name, description, parameters }
}
