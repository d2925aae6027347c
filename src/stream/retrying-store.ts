import { setTimeout as delay } from 'node:timers/promises'
import { ChatterdError } from '../protocol/errors.ts'
import type { TurnStore } from '../turn/turn-store.ts'

/** Milliseconds before the first repeat; doubled each time, up to `longestPause`. */
const firstPause = 50
const longestPause = 1_000

/** Does it again and again while the database is away, for at most `patienceMs`. */
export async function retryWhileAway<T>(write: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = performance.now() + patienceMs
  for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
    try {
      return await write()
    } catch (error) {
      const away = error instanceof ChatterdError && error.code === 'database-unavailable'
      if (!away || performance.now() + pause > until) throw error
    }
    await delay(pause)
  }
}

/**
 * A turn's writes, repeated while the database is away, for at most `patienceMs`: after that, others may have ended the
 * turn. Repeating is safe: each write told twice is stored once.
 */
export function retryingStore(store: TurnStore, patienceMs: number): TurnStore {
  const again = <T>(write: () => Promise<T>) => retryWhileAway(write, patienceMs)
  return {
    endStep: (outcome, events) => again(() => store.endStep(outcome, events)),
    endCalls: (turn, results, events) => again(() => store.endCalls(turn, results, events)),
    endTurn: (ending, events) => again(() => store.endTurn(ending, events)),
    withdraw: (run) => again(() => store.withdraw(run)),
  }
}
