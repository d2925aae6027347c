/** The message of a thrown value, for the model: an error's message, never its stack. It never throws. */
export function errorMessage(thrown: unknown): string {
  try {
    const message = thrown instanceof Error ? thrown.message : thrown
    if (typeof message === 'string' && message.trim() !== '') return message
  } catch {
    // A getter or a proxy can throw.
  }
  return 'it gave no reason'
}
