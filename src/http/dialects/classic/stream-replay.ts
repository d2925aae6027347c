import { nextNumber as afterChunk, eventsOf } from '../../../protocol/event-chunk.ts'
import type { AdmittedTurn } from '../../../stream/admission.ts'
import { outcomeEvents } from '../../outcome-events.ts'
import type { ClassicResponse } from './classic-response.ts'
import { encodeError } from './encode-events.ts'
import { createJournalEncoder } from './encode-journal.ts'
import type { TurnPorts } from './stream-turn.ts'

/**
 * Answers a request that may be sent again: the same each time, whether its turn runs here, elsewhere or has long ended. Comes
 * to its end with the turn, or where it waits for the device.
 */
export async function streamReplay(
  { sse, left }: Pick<ClassicResponse, 'sse' | 'left'>,
  { turn, after }: AdmittedTurn,
  model: string,
  { turns, directory }: TurnPorts,
): Promise<void> {
  const encoder = createJournalEncoder({ model, at: timeOf(turn) })
  const done = new AbortController()
  let told = after
  sse.keepAlive()
  const followed = await turns.follow(
    turn,
    after,
    {
      write(chunk, from) {
        told = afterChunk(chunk) - 1
        sse.write(encoder.encode(eventsOf(chunk, from)))
        if (encoder.ended) done.abort()
        return sse.drained()
      },
    },
    AbortSignal.any([left, done.signal]),
  )
  const outcome = followed === 'pruned' ? await directory.outcome(turn) : undefined
  if (outcome) sse.write(encoder.encode(outcomeEvents(outcome, told)))
  if (!encoder.ended && !left.aborted) sse.write(encodeError(whyNot))
  sse.end()
}

const whyNot = 'The answer cannot be told here any more; send the same request again.'

/** When a turn was begun: its id is a UUID of version 7, whose first 48 bits are milliseconds (RFC 9562). */
function timeOf(turn: string): Date {
  return new Date(Number.parseInt(turn.replaceAll('-', '').slice(0, 12), 16))
}
