import { ChatterdError } from '../protocol/errors.ts'
import type { ConversationStore, TurnBeginning, TurnResults } from '../turn/conversation-store.ts'
import type { TurnState } from '../turn/turn-state.ts'
import { retryWhileAway } from './retrying-store.ts'

/** What bounds the work after failures. */
export interface OutcomeRecoveryLimits {
  /** How long it is tried, in milliseconds: then the lease of what was left running is over. */
  leaseMs: number
  /** Failed requests that are seen to at once; the rest is left to the sweep. */
  maxTurns: number
}

/**
 * For requests that failed because the database went away in the middle: they are refused, but may have been stored all the
 * same. Once the database is back, what is stored decides: a turn that was begun for nobody is withdrawn, and a turn whose
 * last results were stored goes on.
 */
export class OutcomeRecovery {
  readonly #store: Pick<ConversationStore, 'begin' | 'withdraw' | 'storeResults'>
  readonly #limits: OutcomeRecoveryLimits
  #under = 0

  constructor(
    store: Pick<ConversationStore, 'begin' | 'withdraw' | 'storeResults'>,
    limits: OutcomeRecoveryLimits,
  ) {
    this.#store = store
    this.#limits = limits
  }

  /**
   * What to do with the error of a request that was to begin this turn. Throws it on. `goOn` runs the turn where another request
   * of the same key has been told of it meanwhile: it cannot be withdrawn then.
   */
  ofBeginning(beginning: TurnBeginning, goOn: (state: TurnState) => void): (error: unknown) => never {
    const { turn, conversation } = beginning
    return (error) =>
      this.#after(error, async () => {
        if (await this.#store.withdraw({ turn, conversation, results: [] })) return
        const begun = await this.#store.begin(beginning)
        if (begun.result === 'begun') goOn(begun.state)
      })
  }

  /** The same of results; `goOn` runs the turn where they were the last. */
  ofAnswer(answers: TurnResults, goOn: (state: TurnState) => void): (error: unknown) => never {
    return (error) =>
      this.#after(error, async () => {
        const answered = await this.#store.storeResults(answers)
        if (answered.result === 'go-on') goOn(answered.state)
      })
  }

  #after(error: unknown, look: () => Promise<unknown>): never {
    const away = error instanceof ChatterdError && error.code === 'database-unavailable'
    if (away && this.#under < this.#limits.maxTurns) {
      this.#under += 1
      const done = () => {
        this.#under -= 1
      }
      void retryWhileAway(look, this.#limits.leaseMs).then(done, done)
    }
    throw error
  }
}

/**
 * Does it once more where a connection broke: it may have been done, or not, and only the database knows. Told twice, it is
 * done once.
 */
export async function retryOnce<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (!(error instanceof ChatterdError) || error.code !== 'database-unavailable') throw error
    return await ask()
  }
}
