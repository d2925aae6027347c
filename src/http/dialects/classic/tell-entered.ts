import { after as afterChunk, eventsOf } from '../../../protocol/event-chunk.ts'
import type { EnteredTurn } from '../../../stream/turn-entrance.ts'
import { toldOutcome } from '../../told-outcome.ts'
import { encodeError } from './encode-events.ts'
import { createToldEncoder } from './encode-told.ts'
import type { TurnPorts } from './stream-turn.ts'
import type { TurnAnswer } from './turn-answer.ts'

/**
 * Answers a request that may be sent again: the same each time, whether its turn runs here, elsewhere or has long ended. Comes
 * to its end with the turn, or where it waits for the device.
 */
export async function tellEntered(
  { sse, left }: Pick<TurnAnswer, 'sse' | 'left'>,
  { turn, after }: EnteredTurn,
  model: string,
  { turns, directory }: TurnPorts,
): Promise<void> {
  const encoder = createToldEncoder({ model, at: timeOf(turn) })
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
  if (outcome) sse.write(encoder.encode(toldOutcome(outcome, told)))
  if (!encoder.ended && !left.aborted) sse.write(encodeError(whyNot))
  sse.end()
}

const whyNot = 'The answer cannot be told here any more; send the same request again.'

/** When a turn was begun: its id is a UUID of version 7, whose first 48 bits are milliseconds (RFC 9562). */
function timeOf(turn: string): Date {
  return new Date(Number.parseInt(turn.replaceAll('-', '').slice(0, 12), 16))
}
