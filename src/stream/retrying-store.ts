import { setTimeout as delay } from 'node:timers/promises'
import { isDatabaseUnavailable } from '../protocol/errors.ts'
import type { TurnWrites } from '../turn/ports/turn-writes.ts'

/** Milliseconds before the first repeat; doubled each time, up to `longestPauseMs`. */
const firstPauseMs = 50
const longestPauseMs = 1_000

/** Repeats a write while the database is away, for at most `patienceMs`. */
export async function retryWhileAway<T>(write: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = performance.now() + patienceMs
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await write()
    } catch (error) {
      if (!isDatabaseUnavailable(error) || performance.now() + pause > until) throw error
    }
    await delay(pause)
  }
}

/** Repeats a write once where a connection broke: only the database knows whether it was done, and a repeated one changes nothing. */
export async function retryOnce<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error
    return await write()
  }
}

/**
 * The writes of a turn, repeated while the database is away, for at most `patienceMs`: after that, other processes may have ended the
 * turn. A repeated write that was done already changes nothing.
 */
export function retryingStore(store: TurnWrites, patienceMs: number): TurnWrites {
  const retry = <T>(write: () => Promise<T>) => retryWhileAway(write, patienceMs)
  return {
    endStep: (...given) => retry(() => store.endStep(...given)),
    endCalls: (...given) => retry(() => store.endCalls(...given)),
    endTurn: (...given) => retry(() => store.endTurn(...given)),
    withdraw: (...given) => retry(() => store.withdraw(...given)),
  }
}
