import { ChatterdError } from '../../../protocol/errors.ts'

/** The largest number that an event is asked after. */
export const maxEventNumber = 1_000_000_000

/**
 * The number after which a client wants to go on: that of `Last-Event-ID`, as `{turn}:{number}` or the number alone, before that
 * of `?after=`; 0 where it gives neither. Throws `invalid-request`, also for an id of another turn.
 */
export function lastEventNumber(
  turn: string,
  lastEventId: string | undefined,
  after: number | undefined,
): number {
  if (!lastEventId) return after ?? 0
  const [, of, digits] = /^(?:([\da-f-]{36}):)?(\d{1,10})$/i.exec(lastEventId) ?? []
  const number = Number(digits)
  if (digits === undefined || number > maxEventNumber)
    throw new ChatterdError('invalid-request', 'Last-Event-ID: the id of an event is expected.')
  if (of !== undefined && of.toLowerCase() !== turn)
    throw new ChatterdError('invalid-request', 'Last-Event-ID: it is the id of an event of another turn.')
  return number
}
