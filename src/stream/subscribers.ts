import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import type { EnginePart } from '../turn/ports/engine.ts'

/**
 * Takes the events of a turn, a batch at a time, as they happen, with the engine's parts that they came from. Must not throw, and must
 * not wait.
 */
export type TurnListener = (events: readonly TurnEvent[], parts: readonly EnginePart[]) => void

/**
 * Takes the chunks of a turn, in order and without gaps; may get some that it has had already. Must not throw, and must not wait.
 */
export type ChunkListener = (chunk: EventChunk) => void

/** The subscribers of a turn that runs here: listeners take events, followers numbered chunks. They come and go. */
export class Subscribers {
  readonly #listeners = new Set<TurnListener>()
  readonly #followers = new Set<ChunkListener>()
  readonly #onIdle: () => void
  #idleMs: number | undefined
  #idleTimer: NodeJS.Timeout | undefined
  #closed = false

  /** `onIdle` is called when there has been no subscriber for the time that `limitIdle` was given. */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle
  }

  get hasFollowers(): boolean {
    return this.#followers.size > 0
  }

  /** Sets how long there may be no subscriber, in milliseconds; before, there is no limit. A longer time than one that is set changes nothing. */
  limitIdle(ms: number): void {
    if (this.#idleMs !== undefined && this.#idleMs <= ms) return
    this.#idleMs = ms
    this.#watchIdle()
  }

  addListener(listener: TurnListener): void {
    this.#listeners.add(listener)
    this.#watchIdle()
  }

  removeListener(listener: TurnListener): void {
    if (this.#listeners.delete(listener)) this.#watchIdle()
  }

  addFollower(follower: ChunkListener): void {
    this.#followers.add(follower)
    this.#watchIdle()
  }

  removeFollower(follower: ChunkListener): void {
    if (this.#followers.delete(follower)) this.#watchIdle()
  }

  publishEvents(events: readonly TurnEvent[], parts: readonly EnginePart[]): void {
    for (const listener of this.#listeners) listener(events, parts)
  }

  publishChunk(chunk: EventChunk): void {
    for (const follower of this.#followers) follower(chunk)
  }

  /** Removes all; `onIdle` is not called any more. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#idleTimer)
    this.#listeners.clear()
    this.#followers.clear()
  }

  #watchIdle(): void {
    clearTimeout(this.#idleTimer)
    if (this.#idleMs === undefined || this.#closed) return
    if (this.#listeners.size + this.#followers.size > 0) return
    this.#idleTimer = setTimeout(this.#onIdle, this.#idleMs)
  }
}
