import type { ConversationStore } from '../turn/ports/conversation-store.ts'

/** Called with the position of a request in the queue, from 1: at first, and whenever it has changed. */
export type OnQueued = (position: number) => void

/** The topic of the `Notifier` at which the position of a request may have changed. */
export function positionTopic(turn: string): string {
  return `position of ${turn}`
}

/** Reports the position of one request while it waits. */
export class QueuePosition {
  readonly #turn: string
  readonly #store: Pick<ConversationStore, 'queuePosition'>
  readonly #onQueued: OnQueued
  #last: number | undefined

  constructor(turn: string, store: Pick<ConversationStore, 'queuePosition'>, onQueued: OnQueued) {
    this.#turn = turn
    this.#store = store
    this.#onQueued = onQueued
  }

  report(position: number | undefined): void {
    if (position === undefined || position === this.#last) return
    this.#last = position
    this.#onQueued(position)
  }

  /** Asks the database; where that is away, the position stays. */
  async refresh(): Promise<void> {
    this.report(await this.#store.queuePosition(this.#turn).catch(() => undefined))
  }
}
