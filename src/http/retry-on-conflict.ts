import { ChatterdError } from '../protocol/errors.ts'

const maxAttempts = 5

/**
 * Repeats an attempt to store results while it returns `conflict`: another request stored results of the same calls after the
 * attempt had read them. Throws `conversation-busy` when five attempts in a row had a conflict.
 */
export async function retryOnConflict<T>(attempt: () => Promise<T | 'conflict'>): Promise<T> {
  for (let count = 0; count < maxAttempts; count++) {
    const result = await attempt()
    if (result !== 'conflict') return result
  }
  throw new ChatterdError(
    'conversation-busy',
    'Other requests keep storing results for the same calls; send the request again.',
  )
}
