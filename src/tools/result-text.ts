/**
 * The text of a tool's result, for the model: a string unchanged, `undefined` as an empty text, any other value as JSON.
 *
 * @throws TypeError for values without a JSON form: circular objects, BigInts, functions and symbols.
 */
export function resultText(result: unknown): string {
  if (result === undefined) return ''
  const text = typeof result === 'string' ? result : JSON.stringify(result)
  if (text === undefined) throw new TypeError(`a ${typeof result} cannot be converted to JSON`)
  // Half of a surrogate pair has no form in UTF-8.
  return text.toWellFormed()
}

/** The beginning of a text, of at most so many bytes of UTF-8. */
export function beginningOf(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(Math.max(0, maxBytes)))
  return text.slice(0, read)
}

/** A text of at most `maxBytes` of UTF-8 unchanged; of a longer one the beginning, which ends between two characters, and a note. */
export function truncateText(text: string, maxBytes: number): string {
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes) return text
  return `${beginningOf(text, maxBytes)}\n[truncated here: the output has ${bytes} bytes, the limit is ${maxBytes}]`
}

/** A result with those of its images, in base64, that come first and have at most `maxBytes` together; and a note where some are left out. */
export function fitImages(
  output: string,
  images: readonly string[],
  maxBytes: number,
): { output: string; images?: string[] } {
  let bytes = 0
  const kept = images.filter((image) => {
    bytes += image.length
    return bytes <= maxBytes
  })
  const left = images.length - kept.length
  const note = `\n[images left out: ${left} of ${images.length}; together they have ${bytes} bytes, the limit is ${maxBytes}]`
  return { output: left > 0 ? output + note : output, ...(kept.length > 0 && { images: kept }) }
}
