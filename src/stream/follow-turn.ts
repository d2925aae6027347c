import { type EventChunk, endsTurn, eventRecord, nextNumber } from '../protocol/event-chunk.ts'
import type { ErrorDetail } from '../protocol/events.ts'
import type { JournalPage, JournalWant } from '../turn/ports/event-journal.ts'
import { turnEnd } from '../turn/turn-events.ts'
import type { LiveTurn } from './live-turn.ts'
import { type Notifier, notifiedOrAfter } from './notifier.ts'

/** Takes a turn's events for one client. */
export interface EventSink {
  /** Events of the chunk from number `from` on. A promise where the client is behind: resolves when it has caught up, or is gone. */
  write(chunk: EventChunk, from: number): Promise<void> | undefined
}

/** How a turn ends whose conversation is emptied or removed while it is active. */
export const conversationEmptied: ErrorDetail = {
  code: 'turn-lost',
  detail: 'The conversation was emptied.',
}

/**
 * Why following ended: the turn's last event was written; no turn has this id; its events have been pruned; this process shuts
 * down; the client has disconnected.
 */
export type FollowEnd = 'ended' | 'unknown' | 'pruned' | 'closing' | 'disconnected'

/** Where events come from. */
export interface FollowPorts {
  /** The turn, where it runs here. */
  live(turn: string): LiveTurn | undefined
  read(want: JournalWant): Promise<JournalPage>
  notifier: Notifier
  /** How often the journal is read for a turn that does not run here, when no notification comes, in milliseconds. */
  pollMs: number
  /** Aborted when this process takes no more requests. */
  closing: AbortSignal
}

/**
 * Writes a turn's events after number `after` into the sink, without gap or repeat, until the turn has ended: as they happen
 * where the turn runs here, else as the journal gets them. A turn that is gone meanwhile, with its conversation, is cancelled. Throws `database-unavailable` where the journal cannot be read.
 */
export async function followTurn(
  turn: string,
  after: number,
  sink: EventSink,
  disconnected: AbortSignal,
  ports: FollowPorts,
): Promise<FollowEnd> {
  const stopped = AbortSignal.any([disconnected, ports.closing])
  const cursor = new Cursor(sink, after + 1)
  let isKnown = false
  for (;;) {
    if (cursor.ended) return 'ended'
    if (disconnected.aborted) return 'disconnected'
    if (ports.closing.aborted) return 'closing'
    const live = ports.live(turn)
    isKnown ||= live !== undefined
    if (live && (await followLive(live, cursor, stopped))) continue
    // Subscribed before the journal is read, so that nothing is missed.
    const { notified, unsubscribe } = ports.notifier.subscribe(turn)
    try {
      const page = await ports.read({ turn, after: cursor.next - 1, follow: !live })
      if (page.status === undefined) {
        if (!isKnown) return 'unknown'
        await cursor.write(removedEnd(cursor.next))
        continue
      }
      isKnown = true
      for (const chunk of page.chunks) await cursor.write(chunk)
      if (page.chunks.length > 0) continue
      const isActive = page.status === 'running' || page.status === 'waiting'
      if (!isActive) return page.pruned ? 'pruned' : 'ended'
      if (!ports.live(turn)) await notifiedOrAfter(notified, ports.pollMs, stopped)
    } finally {
      unsubscribe()
    }
  }
}

/** Where one client is in the events of a turn. */
class Cursor {
  next: number
  /** True once the turn's last event was written. */
  ended = false
  readonly #sink: EventSink

  constructor(sink: EventSink, next: number) {
    this.#sink = sink
    this.next = next
  }

  write(chunk: EventChunk): Promise<void> | undefined {
    const end = nextNumber(chunk)
    if (end <= this.next) return undefined
    const from = this.next
    this.next = end
    this.ended = endsTurn(chunk)
    return this.#sink.write(chunk, from)
  }
}

/** The end of a turn that is gone, with its conversation: with its number, for no journal has it any more. */
function removedEnd(number: number): EventChunk {
  const end = turnEnd({ status: 'cancelled', error: conversationEmptied })
  return { first: number, count: 1, records: eventRecord(end) }
}

/** Follows a turn while it runs here; false where the journal has to be read first. */
async function followLive(live: LiveTurn, cursor: Cursor, stopped: AbortSignal): Promise<boolean> {
  const following = live.follow(cursor.next, (chunk) => cursor.write(chunk))
  if (!following) return false
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = () => resolve()
  stopped.addEventListener('abort', stop)
  for (const chunk of following.held) cursor.write(chunk)
  await Promise.race([live.finished, promise])
  stopped.removeEventListener('abort', stop)
  following.stop()
  return true
}
