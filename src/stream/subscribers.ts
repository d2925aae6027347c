import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'

/** Takes what happens in a turn, a batch at a time. Must not throw, and must not wait. */
export type TurnListener = (events: readonly TurnEvent[]) => void

/**
 * Takes a turn's events as they are kept, in order and without gaps; may be given again what it knows. Must not throw, and must
 * not wait.
 */
export type ChunkListener = (chunk: EventChunk) => void

/** Those whom a turn is told to. They come and go. */
export class Subscribers {
  readonly #listeners = new Set<TurnListener>()
  readonly #followers = new Set<ChunkListener>()
  readonly #onIdle: () => void
  #patienceMs: number | undefined
  #patience: NodeJS.Timeout | undefined
  #closed = false

  /** `onIdle` is called when nobody has been there for the time that `cancelAfterIdle` was given. */
  constructor(onIdle: () => void) {
    this.#onIdle = onIdle
  }

  get hasFollowers(): boolean {
    return this.#followers.size > 0
  }

  /** From now on, nobody is missed after this time, in milliseconds. */
  cancelAfterIdle(ms: number): void {
    this.#patienceMs = ms
    this.#look()
  }

  listen(listener: TurnListener): void {
    this.#listeners.add(listener)
    this.#look()
  }

  unlisten(listener: TurnListener): void {
    if (this.#listeners.delete(listener)) this.#look()
  }

  follow(follower: ChunkListener): void {
    this.#followers.add(follower)
    this.#look()
  }

  unfollow(follower: ChunkListener): void {
    if (this.#followers.delete(follower)) this.#look()
  }

  publishEvents(events: readonly TurnEvent[]): void {
    for (const listener of this.#listeners) listener(events)
  }

  publishChunk(chunk: EventChunk | undefined): void {
    if (chunk) for (const follower of this.#followers) follower(chunk)
  }

  /** Nothing more is told, and nobody is missed. */
  close(): void {
    this.#closed = true
    clearTimeout(this.#patience)
    this.#listeners.clear()
    this.#followers.clear()
  }

  #look(): void {
    clearTimeout(this.#patience)
    if (this.#patienceMs === undefined || this.#closed) return
    if (this.#listeners.size + this.#followers.size > 0) return
    this.#patience = setTimeout(this.#onIdle, this.#patienceMs)
  }
}
