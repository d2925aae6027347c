import { ChatterdError, protocolError } from './chatterd-error.ts'
import { parse } from './server-link.ts'
import type { SseItem } from './sse-reader.ts'
import type { ClientEvent } from './types.ts'

/** An event of a turn, or why the request was refused that had waited for it. */
export type ReadEvent = ClientEvent | { type: 'refused'; error: ChatterdError }

/** Throws a `ChatterdError` for what is not as chatterd sends it. */
export function readTurnEvent(
  { event, data, id }: Exclude<SseItem, { comment: string }>,
  at: number,
): ReadEvent {
  const members = parse<Record<string, unknown>>(data)
  const number = Number(id.slice(id.lastIndexOf(':') + 1))
  if (event === 'queued') return { type: event, at, position: Number(members.position) }
  if (event === 'turn-end' && id === '')
    return { type: 'refused', error: new ChatterdError(members.error as never) }
  if (!(number > 0)) throw protocolError(`"${id}" is no id`)
  return { ...members, type: event, number, at } as never
}
