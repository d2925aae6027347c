import type { TurnEvent } from '../protocol/events.ts'
import type { TurnAbort } from '../turn/turn-abort.ts'

/** Takes what happens in a turn, a batch at a time. Must not throw, and must not wait. */
export type TurnListener = (events: readonly TurnEvent[]) => void

/** A turn while this process runs it. It does not live inside any response: listeners come and go. */
export class LiveTurn {
  readonly id: string
  /** Resolves when this process has done with the turn: it has ended, or waits for its device. */
  readonly finished: Promise<void>
  readonly #abort = new AbortController()
  readonly #listeners = new Set<TurnListener>()
  readonly #finish: () => void
  #accepted = false

  constructor(id: string) {
    this.id = id
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
  }

  /** Listens from now on; returns how to stop. */
  listen(listener: TurnListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  publish(events: readonly TurnEvent[]): void {
    for (const listener of this.#listeners) listener(events)
  }

  finish(): void {
    this.#listeners.clear()
    this.#finish()
  }
}
