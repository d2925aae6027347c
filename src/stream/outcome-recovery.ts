import { isDatabaseUnavailable } from '../protocol/errors.ts'
import type { ConversationStore, TurnBeginning, TurnResults } from '../turn/ports/conversation-store.ts'
import { retryWhileAway } from './retrying-store.ts'
import type { RunningTurns } from './running-turns.ts'

/** What bounds the recovery. */
export interface RecoveryLimits {
  /** How long it goes on, in milliseconds; after that, the lease of a turn that was left running has run out. */
  leaseMs: number
  /** Failed requests that are recovered at once; the turns of others end with their lease. */
  maxTurns: number
}

/** What the recovery works with. */
export interface RecoveryPorts {
  store: Pick<ConversationStore, 'begin' | 'withdraw' | 'storeResults'>
  running: RunningTurns
}

/**
 * For requests that failed because the database went away: they were refused, though the database may have stored them. Once it is
 * back, this finds out: a turn that was begun is withdrawn, and a turn whose last results were stored goes on.
 */
export class OutcomeRecovery {
  readonly #ports: RecoveryPorts
  readonly #limits: RecoveryLimits
  #recovering = 0

  constructor(ports: RecoveryPorts, limits: RecoveryLimits) {
    this.#ports = ports
    this.#limits = limits
  }

  /** After `error`, with which a request to begin this turn has failed. */
  recoverBegin(error: unknown, beginning: TurnBeginning): void {
    const { store, running } = this.#ports
    const { turn, conversation } = beginning
    this.#recover(error, async () => {
      if (await store.withdraw({ turn, conversation, results: [] })) return
      // Others know of the turn by now, so it cannot be withdrawn. Where it is gone since, with its conversation, it stays so.
      const begun = await store.begin({ ...beginning, onlyIfBegun: true })
      if (begun.result === 'begun') running.run(begun.state)
    })
  }

  /** After `error`, with which a request that brought these results has failed. */
  recoverResults(error: unknown, results: TurnResults): void {
    const { store, running } = this.#ports
    this.#recover(error, async () => {
      const outcome = await store.storeResults(results)
      if (outcome.result === 'go-on') await running.runAgain(outcome.state)
    })
  }

  #recover(error: unknown, recover: () => Promise<void>): void {
    if (!isDatabaseUnavailable(error) || this.#recovering >= this.#limits.maxTurns) return
    this.#recovering += 1
    const done = () => {
      this.#recovering -= 1
    }
    void retryWhileAway(recover, this.#limits.leaseMs).then(done, done)
  }
}
