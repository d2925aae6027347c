import { type ConversationKey, keyOf } from '../protocol/conversation-key.ts'
import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import type { TurnClient } from '../turn/run-turn.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import type { TurnState } from '../turn/turn-state.ts'
import { type ChunkListener, Subscribers, type TurnListener } from './subscribers.ts'
import { TurnLog } from './turn-log.ts'

export type { ChunkListener, TurnListener } from './subscribers.ts'

/** What a live turn asks of its surroundings. */
export interface LiveTurnOptions {
  /** Events that may be told before they are in the journal; before it would tell more, the turn waits. */
  lead: number
  /** Called when there is something for the journal. */
  onPending(live: LiveTurn): void
  /** The events that are in the journal already, as far as they are at hand. */
  known?: readonly EventChunk[]
}

/** A turn while this process runs it. It does not live inside any response: listeners come and go. */
export class LiveTurn implements TurnClient {
  readonly id: string
  readonly conversation: ConversationKey
  /** Names the conversation among all. */
  readonly key: string
  /** Resolves when this process has done with the turn: it has ended, or waits for its device. */
  readonly finished: Promise<void>
  readonly log: TurnLog
  readonly #options: LiveTurnOptions
  readonly #abort = new AbortController()
  readonly #audience = new Subscribers(() => this.abort(new TurnAbort('cancelled')))
  readonly #finish: () => void
  #accepted = false
  /** Those who wait for the journal. */
  #behind = Promise.withResolvers<void>()
  /** What the journal did not come after, of a turn that is aborted: it is told with the end, and not before. */
  #late: TurnEvent[] = []

  constructor(state: TurnState, options: LiveTurnOptions) {
    this.id = state.id
    this.conversation = state.conversation
    this.key = keyOf(state.conversation)
    this.log = new TurnLog(state.lastEvent, options.known)
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.finished = promise
    this.#finish = resolve
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** True once a client has been told that its request is accepted: it cannot be refused any more. */
  readonly accepted = (): boolean => this.#accepted

  accept(): void {
    this.#accepted = true
  }

  /** Ends the turn before its time. Its ending is told to the listeners when it is stored. */
  abort(reason: TurnAbort): void {
    this.#abort.abort(reason)
    this.#behind.resolve()
  }

  /** From now on, the turn is cancelled when nobody has listened for this time, in milliseconds. */
  cancelAfterIdle(ms: number): void {
    this.#audience.cancelAfterIdle(ms)
  }

  /** Listens from now on; returns how to stop. */
  listen(listener: TurnListener): () => void {
    this.#audience.listen(listener)
    return () => this.unlisten(listener)
  }

  unlisten(listener: TurnListener): void {
    this.#audience.unlisten(listener)
  }

  /**
   * Takes all events from number `from` on: returns those that were, and gives the others to `follower` until `stop`. Undefined
   * where they are not at hand: the journal has them.
   */
  follow(from: number, follower: ChunkListener): { held: EventChunk[]; stop(): void } | undefined {
    const held = this.log.since(from)
    if (!held) return undefined
    this.accept()
    this.#audience.follow(follower)
    return { held, stop: () => this.#audience.unfollow(follower) }
  }

  publish(events: readonly TurnEvent[]): Promise<void> | undefined {
    return this.#fitting(events) < events.length ? this.#tellInPieces(events) : this.#tell(events)
  }

  async commit<T>(
    events: readonly TurnEvent[],
    write: (chunks: readonly EventChunk[]) => Promise<T>,
  ): Promise<T> {
    const all = [...this.#late, ...events]
    const staged = this.log.stage(all)
    const result = await write(staged.chunks)
    // Told in other words: whoever follows the turn reads them in the journal, once it is not run here any more.
    if (result === false) {
      this.#audience.publishEvents(events)
      return result
    }
    this.#late = []
    this.log.confirm(staged)
    this.#audience.publishEvents(all)
    // Those before its own are known to most, who pass over them.
    for (const chunk of staged.chunks) this.#audience.publishChunk(chunk)
    return result
  }

  told(events: readonly TurnEvent[], chunk: EventChunk | undefined): void {
    if (chunk) this.log.append(chunk)
    if (events.length > 0) this.#audience.publishEvents(events)
    this.#audience.publishChunk(chunk)
  }

  /** All events up to this number are in the journal. */
  written(number: number): void {
    this.log.written(number)
    this.#behind.resolve()
    this.#behind = Promise.withResolvers()
  }

  finish(): void {
    this.#audience.close()
    this.#finish()
  }

  /** How many of these can be told before the journal has come after: if its process goes, nobody knows the numbers of more. */
  #fitting(events: readonly TurnEvent[]): number {
    return this.#late.length > 0 ? 0 : this.log.fitting(events, this.#options.lead)
  }

  /** What fits at once, and the rest as the journal comes after. */
  async #tellInPieces(events: readonly TurnEvent[]): Promise<void> {
    let rest = events
    for (;;) {
      const fits = this.#fitting(rest)
      if (fits > 0) this.#tell(rest.slice(0, fits))
      rest = rest.slice(fits)
      if (rest.length === 0) return
      if (this.signal.aborted) break
      await this.#behind.promise
    }
    this.#late.push(...rest)
  }

  #tell(events: readonly TurnEvent[]): undefined {
    this.log.add(events)
    this.#audience.publishEvents(events)
    if (this.#audience.hasFollowers) this.#audience.publishChunk(this.log.seal())
    this.#options.onPending(this)
  }
}
