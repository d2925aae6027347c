import { eventsOf, nextNumber } from '../../../protocol/event-chunk.ts'
import { conversationEmptied } from '../../../stream/follow-turn.ts'
import type { Replay } from '../../../turn/ports/conversation-store.ts'
import { outcomeEvents } from '../../outcome-events.ts'
import type { ClassicResponse } from './classic-response.ts'
import { encodeError } from './encode-events.ts'
import { createJournalEncoder } from './encode-journal.ts'
import type { ClassicPorts } from './ports.ts'

/**
 * Sends events of a turn from the journal: the response to a request with a key, or the rest of one whose turn this process has lost. The
 * bytes are the same each time, whether the turn runs in this process, in another one or has ended. Ends with the turn, or when the turn
 * waits for its device.
 */
export async function streamReplay(
  { sse, disconnected }: Pick<ClassicResponse, 'sse' | 'disconnected'>,
  { turn, after }: Replay,
  model: string,
  { turns, directory }: Pick<ClassicPorts, 'turns' | 'directory'>,
): Promise<void> {
  const encoder = createJournalEncoder({ model, createdAt: timeOf(turn) })
  const done = new AbortController()
  let lastNumber = after
  sse.keepAlive()
  const followed = await turns.follow(
    turn,
    after,
    {
      write(chunk, from) {
        lastNumber = nextNumber(chunk) - 1
        sse.write(encoder.encode(eventsOf(chunk, from)))
        if (encoder.ended) done.abort()
        return sse.drained()
      },
    },
    AbortSignal.any([disconnected, done.signal]),
  )
  const outcome = followed === 'pruned' ? await directory.outcome(turn) : undefined
  if (outcome) sse.write(encoder.encode(outcomeEvents(outcome, lastNumber)))
  const isEmptied = followed === 'unknown'
  if (!encoder.ended && !disconnected.aborted)
    sse.write(encodeError(isEmptied ? conversationEmptied.detail : interrupted))
  sse.end()
}

const interrupted = 'The server cannot continue this response; send the same request again.'

/** When the turn was begun: its id is a UUID of version 7, whose first 48 bits are a Unix time in milliseconds (RFC 9562). */
function timeOf(turn: string): Date {
  return new Date(Number.parseInt(turn.replaceAll('-', '').slice(0, 12), 16))
}
