import { ChatterdError } from '../../../protocol/errors.ts'

/** The largest event number that a client may send. */
export const maxEventNumber = 1_000_000_000

/**
 * The number of the last event that a client has: from `Last-Event-ID`, which is `{turn}:{number}` or the number alone, else from
 * `?after=`, else 0. Throws `invalid-request` for anything else, and for an id of another turn.
 */
export function lastEventNumber(
  turn: string,
  lastEventId: string | undefined,
  after: number | undefined,
): number {
  if (!lastEventId) return after ?? 0
  const [, eventTurn, digits] = /^(?:([\da-f-]{36}):)?(\d{1,10})$/i.exec(lastEventId) ?? []
  const number = Number(digits)
  if (digits === undefined || number > maxEventNumber)
    throw new ChatterdError('invalid-request', 'Last-Event-ID: the id of an event is expected.')
  if (eventTurn !== undefined && eventTurn.toLowerCase() !== turn)
    throw new ChatterdError('invalid-request', 'Last-Event-ID: this event belongs to another turn.')
  return number
}
