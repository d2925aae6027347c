import { ChatterdError } from '../protocol/errors.ts'
import type { TurnStore } from '../turn/turn-store.ts'

/**
 * For prompts that failed because the database went away in the middle: they are refused, but may have been stored all the
 * same. Once the database is back, their turns are withdrawn. What cannot be, a sweep ends when the lease is over. Results are
 * not taken back: another request may have answered the same calls meanwhile, and its turn runs.
 */
export class TakeBack {
  readonly #store: Pick<TurnStore, 'withdraw'>
  readonly #most: number
  #under = 0

  /** `store` repeats its writes while the database is away; `most` are taken back at once, the rest is left to the sweep. */
  constructor(store: Pick<TurnStore, 'withdraw'>, most: number) {
    this.#store = store
    this.#most = most
  }

  /** What to do with the error of a request that was to begin this turn. Throws it on. */
  after(turn: string): (error: unknown) => never {
    return (error) => {
      if (error instanceof ChatterdError && error.code === 'database-unavailable') void this.#withdraw(turn)
      throw error
    }
  }

  async #withdraw(turn: string): Promise<void> {
    if (this.#under >= this.#most) return
    this.#under += 1
    await this.#store.withdraw(turn, []).catch(() => {})
    this.#under -= 1
  }
}
