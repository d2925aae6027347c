import { ChatterdError } from '../protocol/errors.ts'
import { nextNumber } from '../protocol/event-chunk.ts'
import type { EventJournal, JournalWritten, TurnChunks } from '../turn/ports/event-journal.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import type { LiveTurn } from './live-turn.ts'
import { turnLost } from './turn-lost.ts'

/** How long an event of a turn that clients of other processes follow waits for the next write, in milliseconds. */
const followedDelayMs = 45
/** Longest pause between writes while the database is away, in milliseconds. */
const longestDelayMs = 1_000
/** Characters of records in one write; the other turns go with the next. */
const maxWriteChars = 8_000_000

/** Writes the events of all running turns to the journal, many turns at once, apart from their streams. */
export class JournalWriter {
  readonly #journal: Pick<EventJournal, 'write'>
  readonly #delayMs: number
  readonly #onFault: (fault: unknown) => void
  readonly #pending = new Set<LiveTurn>()
  #timer: NodeJS.Timeout | undefined
  /** What the timer was set to. */
  #timerMs = 0
  #writing = false
  #failures = 0

  /** `delayMs`: how long an event waits for the next write at most, in milliseconds. */
  constructor(journal: Pick<EventJournal, 'write'>, delayMs: number, onFault: (fault: unknown) => void) {
    this.#journal = journal
    this.#delayMs = delayMs
    this.#onFault = onFault
  }

  /** Has the turn's events written, soon. */
  add(live: LiveTurn): void {
    this.#pending.add(live)
    if (this.#writing) return
    const wait = this.#waitOf(live)
    if (!this.#timer || wait < this.#timerMs) this.#schedule(wait)
  }

  /** Writes no more events of the turn: it does not run here any more. */
  forget(live: LiveTurn): void {
    this.#pending.delete(live)
  }

  /** How long events of this turn may wait, in milliseconds. */
  #waitOf(live: LiveTurn): number {
    if (this.#failures > 0)
      return Math.min(followedDelayMs * 2 ** Math.min(this.#failures, 10), longestDelayMs)
    if (live.isAheadOfJournal) return 0
    return live.isFollowedElsewhere ? Math.min(followedDelayMs, this.#delayMs) : this.#delayMs
  }

  #schedule(wait: number): void {
    clearTimeout(this.#timer)
    this.#timerMs = wait
    this.#timer = setTimeout(() => void this.#write(), wait)
  }

  async #write(): Promise<void> {
    this.#timer = undefined
    this.#writing = true
    const batch = this.#take()
    try {
      if (batch.size > 0) this.#settle(batch, await this.#journal.write([...batch.values()]))
      this.#failures = 0
    } catch (error) {
      this.#failures += 1
      for (const live of batch.keys()) this.#pending.add(live)
      if (!(error instanceof ChatterdError)) this.#onFault(error)
    }
    this.#writing = false
    const waits = [...this.#pending].map((live) => this.#waitOf(live))
    if (waits.length > 0) this.#schedule(Math.min(...waits))
  }

  #take(): Map<LiveTurn, TurnChunks> {
    const batch = new Map<LiveTurn, TurnChunks>()
    let size = 0
    for (const live of this.#pending) {
      if (size > maxWriteChars) break
      this.#pending.delete(live)
      const chunks = live.log.unwritten()
      if (chunks.length === 0) continue
      batch.set(live, { turn: live.id, run: live.run, chunks })
      for (const { records } of chunks) size += records.length
    }
    return batch
  }

  #settle(batch: Map<LiveTurn, TurnChunks>, result: JournalWritten): void {
    const [isWritten, isLost] = [new Set(result.written), new Set(result.lost)]
    const [isFollowed, isCancelled] = [new Set(result.followed), new Set(result.cancelled)]
    for (const [live, { turn, chunks }] of batch) {
      const last = chunks.at(-1)
      if (isWritten.has(turn) && last) live.written(nextNumber(last) - 1)
      else if (isLost.has(turn)) live.abort(turnLost())
      // Its row was locked by an outcome, which writes its events too; if that fails, they go with the next write.
      else this.#pending.add(live)
      if (isCancelled.has(turn)) live.abort(new TurnAbort('cancelled'))
      if (isFollowed.has(turn)) live.followElsewhere()
    }
  }
}
