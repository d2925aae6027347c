import { type ConversationKey, keyOf } from '../protocol/conversation-key.ts'
import type { EventChunk } from '../protocol/event-chunk.ts'
import type { ErrorDetail, TurnEvent } from '../protocol/events.ts'
import type { EnginePart } from '../turn/ports/engine.ts'
import type { TurnState } from '../turn/ports/turn-state.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { turnEnd } from '../turn/turn-events.ts'
import type { TurnClient } from '../turn/turn-ports.ts'
import { RunRecorder } from './run-report.ts'
import { type ChunkListener, Subscribers, type TurnListener } from './subscribers.ts'
import { type StagedChunks, TurnLog } from './turn-log.ts'

/** What a live turn is made with. */
export interface LiveTurnOptions {
  /** Events that may be published before they are in the journal; then the turn waits for the journal. */
  maxUnjournaledEvents: number
  /** Called when there are events to write to the journal. */
  onPending(live: LiveTurn): void
  /** The newest events that are in the journal already. */
  journaled?: readonly EventChunk[]
}

/** Events that are published together, with the engine's parts that they came from. */
interface Batch {
  events: readonly TurnEvent[]
  parts: readonly EnginePart[]
}

/** Events that are published once their outcome is stored. */
export interface StagedEvents extends StagedChunks, Batch {}

const none: Batch = { events: [], parts: [] }

/** A turn while it runs in this process. It belongs to no response: subscribers come and go. */
export class LiveTurn implements TurnClient {
  readonly id: string
  /** As `TurnState` has it. */
  readonly run: number
  readonly conversation: ConversationKey
  /** `keyOf` the conversation. */
  readonly key: string
  /** Resolves when the turn does not run here any more: it has ended, or waits for its device. */
  readonly finished: Promise<void>
  readonly log: TurnLog
  readonly recorder: RunRecorder
  /** Its request is being withdrawn: who follows it meanwhile reads the journal, which tells the store, or finds nothing there. */
  isBeingWithdrawn = false
  /** Clients of other processes follow it: they get its events from the journal. */
  isFollowedElsewhere = false
  readonly #options: LiveTurnOptions
  readonly #abort = new AbortController()
  readonly #subscribers = new Subscribers(() => this.abort(new TurnAbort('cancelled')))
  readonly #finish: () => void
  #accepted = false
  /** Resolves when the journal has taken events, or the turn is aborted. */
  #journalAdvance = Promise.withResolvers<void>()
  /** Events of an aborted turn that the journal has not caught up for: published with the turn's end, and not before. */
  #heldBack = none

  constructor(state: TurnState, options: LiveTurnOptions) {
    this.id = state.id
    this.run = state.run
    this.conversation = state.conversation
    this.key = keyOf(state.conversation)
    this.log = new TurnLog(state.lastEvent, options.journaled)
    this.recorder = new RunRecorder(state)
    this.#options = options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.finished = promise
    this.#finish = resolve
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** True once a client knows that its request was accepted: it cannot be refused any more. */
  readonly accepted = (): boolean => this.#accepted

  accept(): void {
    this.#accepted = true
  }

  onFailure(error: unknown): void {
    this.recorder.fail(error)
  }

  /** Ends the turn before its time. Its end is published when it is stored. */
  abort(reason: TurnAbort): void {
    this.#abort.abort(reason)
    this.#journalAdvance.resolve()
  }

  /** Cancels the turn when it has had no subscriber for this time, in milliseconds. */
  cancelAfterIdle(ms: number): void {
    this.#subscribers.limitIdle(ms)
  }

  /** Publishes events to the listener from now on, until `unlisten`. */
  listen(listener: TurnListener): void {
    this.#subscribers.addListener(listener)
  }

  unlisten(listener: TurnListener): void {
    this.#subscribers.removeListener(listener)
  }

  /**
   * Returns the chunks with all events from number `from` on, and gives those that come to `follower` until `stop`. Undefined where
   * memory does not hold them any more: the journal does.
   */
  follow(from: number, follower: ChunkListener): { held: EventChunk[]; stop(): void } | undefined {
    // Also where the client reads the journal first: what it reads there must not be undone.
    this.accept()
    const held = this.log.since(from)
    if (!held) return undefined
    this.#subscribers.addFollower(follower)
    return { held, stop: () => this.#subscribers.removeFollower(follower) }
  }

  publish(events: readonly TurnEvent[], parts = none.parts): Promise<void> | undefined {
    if (this.#heldBack !== none) return this.#holdBack(events, parts)
    return this.#fitting(events) < events.length
      ? this.#publishInPieces(events, parts)
      : this.#publish(events, parts)
  }

  /** Numbers events that are published once they are stored. None may be published until then. */
  stage(events: readonly TurnEvent[]): StagedEvents {
    const all = [...this.#heldBack.events, ...events]
    return { ...this.log.stage(all), events: all, parts: this.#heldBack.parts }
  }

  /** Publishes staged events, which are stored now. */
  publishStaged(staged: StagedEvents): void {
    this.#heldBack = none
    this.log.confirm(staged)
    this.#publishEvents(staged.events, staged.parts)
    // Most followers have had the earlier ones, and pass over them.
    for (const chunk of staged.chunks) this.#subscribers.publishChunk(chunk)
  }

  /** Publishes events that the store has appended to the journal. */
  publishAppended(events: readonly TurnEvent[], chunk: EventChunk): void {
    this.log.append(chunk)
    this.#publishEvents(events, none.parts)
    this.#subscribers.publishChunk(chunk)
  }

  /** Publishes events to listeners alone: the journal does not have them, or has others with their numbers. */
  publishUnjournaled(events: readonly TurnEvent[]): void {
    this.#publishEvents(events, none.parts)
  }

  /** Publishes to listeners, as the end of the turn here, that this process has lost it. */
  publishLost(error: ErrorDetail): void {
    const lost = { turn: this.id, after: this.log.last }
    this.publishUnjournaled([{ ...turnEnd({ status: 'interrupted', error }), lost }])
  }

  /** Clients of other processes follow it from now on. */
  followElsewhere(): void {
    if (this.isFollowedElsewhere) return
    this.isFollowedElsewhere = true
    if (this.log.unjournaled > 0) this.#options.onPending(this)
  }

  /** True where the turn may soon have to wait for the journal. */
  get isAheadOfJournal(): boolean {
    return this.log.unjournaled * 2 > this.#options.maxUnjournaledEvents
  }

  /** The journal has all events up to this number. */
  written(number: number): void {
    this.log.written(number)
    this.#journalAdvance.resolve()
    this.#journalAdvance = Promise.withResolvers()
  }

  finish(): void {
    this.#subscribers.close()
    this.#finish()
  }

  /** How many of these events can be published now: of more, nobody would know the numbers if the process died. */
  #fitting = (events: readonly TurnEvent[]) => this.log.fitting(events, this.#options.maxUnjournaledEvents)

  #publishEvents(events: readonly TurnEvent[], parts: readonly EnginePart[]): void {
    this.recorder.take(events)
    this.#subscribers.publishEvents(events, parts)
  }

  async #publishInPieces(events: readonly TurnEvent[], parts: readonly EnginePart[]): Promise<void> {
    let rest = events
    for (;;) {
      const fits = this.#fitting(rest)
      // The parts go with the last piece.
      if (fits === rest.length) return this.#publish(rest, parts)
      if (fits > 0) this.#publish(rest.slice(0, fits), none.parts)
      rest = rest.slice(fits)
      if (this.signal.aborted) return this.#holdBack(rest, parts)
      await this.#journalAdvance.promise
    }
  }

  #holdBack(events: readonly TurnEvent[], parts: readonly EnginePart[]): undefined {
    const held = this.#heldBack
    this.#heldBack = { events: [...held.events, ...events], parts: [...held.parts, ...parts] }
  }

  #publish(events: readonly TurnEvent[], parts: readonly EnginePart[]): undefined {
    this.log.add(events)
    this.#publishEvents(events, parts)
    if (this.#subscribers.hasFollowers) {
      const chunk = this.log.encodePending()
      if (chunk) this.#subscribers.publishChunk(chunk)
    }
    this.#options.onPending(this)
  }
}
