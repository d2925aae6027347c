/**
 * What a tool returned, as the text that the model reads: strings as they are, nothing as nothing, all else as JSON.
 *
 * @throws TypeError for what JSON cannot carry: circular objects, BigInts, functions and symbols.
 */
export function resultText(result: unknown): string {
  if (result === undefined) return ''
  const text = typeof result === 'string' ? result : JSON.stringify(result)
  if (text === undefined) throw new TypeError(`a ${typeof result} is no JSON`)
  // Half a surrogate pair is no character, and has no UTF-8.
  return text.toWellFormed()
}

/** The text where it takes no more than `maxBytes` of UTF-8; else its beginning, cut between two characters, and a note. */
export function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes) return text
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes))
  return `${text.slice(0, read)}\n[cut here: ${bytes} bytes, of which ${maxBytes} are the limit]`
}
