import { errorMessages } from '../protocol/error-messages.ts'

/**
 * The message of a thrown value and those of its causes, for the model, never a stack: `fetch failed: connect ECONNREFUSED
 * 127.0.0.1:80`. It never throws.
 */
export function errorMessage(thrown: unknown): string {
  try {
    const message = thrown instanceof Error ? errorMessages(thrown).join(': ') : thrown
    if (typeof message === 'string' && message.trim() !== '') return message
  } catch {
    // A getter or a proxy can throw.
  }
  return 'it gave no reason'
}
