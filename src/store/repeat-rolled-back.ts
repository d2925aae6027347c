import { setTimeout as delay } from 'node:timers/promises'

/** How often a statement is repeated, and the longest pause before the first repetition, in milliseconds; it doubles each time. */
const maxRepetitions = 8
const firstPauseMs = 2

/** SQLSTATEs: another transaction was in the way (serialization failure, deadlock), and this one was rolled back. */
const rolledBack = ['40001', '40P01']

/** Runs a statement, and runs it again where PostgreSQL has rolled it back for another transaction: then it has done nothing. */
export async function repeatRolledBack<T>(run: () => Promise<T>): Promise<T> {
  for (let repetition = 0; ; repetition++) {
    try {
      return await run()
    } catch (error) {
      if (repetition === maxRepetitions || !isRolledBack(error)) throw error
      // Of any length up to the longest, so that the two do not meet again.
      await delay(Math.random() * firstPauseMs * 2 ** repetition)
    }
  }
}

function isRolledBack(error: unknown): boolean {
  return error instanceof Error && 'code' in error && rolledBack.includes(String(error.code))
}
