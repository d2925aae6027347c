/** The words of whatever was thrown, for a model to read: an error's message, never its stack. Never throws itself. */
export function errorMessage(thrown: unknown): string {
  try {
    const words = thrown instanceof Error ? thrown.message : thrown
    if (typeof words === 'string' && words.trim() !== '') return words
  } catch {
    // Even looking at what was thrown can throw.
  }
  return 'it gave no reason'
}
