import { nextNumber as afterChunk, type EventChunk, endsTurn } from '../protocol/event-chunk.ts'
import type { JournalPage, JournalWant } from '../turn/event-journal.ts'
import type { LiveTurn } from './live-turn.ts'
import { type Notifier, notifiedOrAfter } from './signals.ts'

/** Takes a turn's events for one client. */
export interface EventSink {
  /** Events of the chunk from number `from` on. A promise where the client is behind: resolves when it has caught up, or has gone. */
  write(chunk: EventChunk, from: number): Promise<void> | undefined
}

/**
 * Why following came to its end: the turn's last event was written; there is no such turn; its events have been pruned; this
 * process shuts down; the client left.
 */
export type FollowEnd = 'ended' | 'unknown' | 'pruned' | 'closing' | 'left'

/** Where events come from. */
export interface FollowPorts {
  /** The turn, where it runs here. */
  live(turn: string): LiveTurn | undefined
  read(want: JournalWant): Promise<JournalPage>
  signals: Notifier
  /** How often a turn that does not run here is asked for, when no signal comes, in milliseconds. */
  pollMs: number
  /** Aborted when no more is told here. */
  closing: AbortSignal
}

/**
 * Writes a turn's events after number `after` into the sink, without gap or repeat, until the turn has ended: as they happen
 * where the turn runs here, else as the journal gets them. Throws `database-unavailable` where the journal cannot be read.
 */
export async function followTurn(
  turn: string,
  after: number,
  sink: EventSink,
  left: AbortSignal,
  ports: FollowPorts,
): Promise<FollowEnd> {
  const over = AbortSignal.any([left, ports.closing])
  const place = new Cursor(sink, after + 1)
  for (;;) {
    if (place.ended) return 'ended'
    if (left.aborted) return 'left'
    if (ports.closing.aborted) return 'closing'
    const live = ports.live(turn)
    if (live && (await followLive(live, place, over))) continue
    // Listening begins before the journal is read, so that nothing falls between.
    const signal = ports.signals.subscribe(turn)
    try {
      const page = await ports.read({ turn, after: place.next - 1, follow: !live })
      if (page.status === undefined) return 'unknown'
      for (const chunk of page.chunks) await place.write(chunk)
      if (page.chunks.length > 0) continue
      const goesOn = page.status === 'running' || page.status === 'waiting'
      if (!goesOn) return page.pruned ? 'pruned' : 'ended'
      if (!ports.live(turn)) await notifiedOrAfter(signal.woken, ports.pollMs, over)
    } finally {
      signal.stop()
    }
  }
}

/** How far one client has come. */
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
    const end = afterChunk(chunk)
    if (end <= this.next) return undefined
    const from = this.next
    this.next = end
    this.ended = endsTurn(chunk)
    return this.#sink.write(chunk, from)
  }
}

/** Follows a turn until this process has done with it; false where the journal has to be asked first. */
async function followLive(live: LiveTurn, place: Cursor, over: AbortSignal): Promise<boolean> {
  const following = live.follow(place.next, (chunk) => place.write(chunk))
  if (!following) return false
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = () => resolve()
  over.addEventListener('abort', stop)
  for (const chunk of following.held) place.write(chunk)
  await Promise.race([live.finished, promise])
  over.removeEventListener('abort', stop)
  following.stop()
  return true
}
