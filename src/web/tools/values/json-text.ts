import type { Json } from '../../../client/types.ts'

/** Longer results are shown as the text they are. */
const longestParsed = 1_000_000

/** What a tool gave back: JSON where its text is an object or an array, else the text itself. */
export function readOutput(output: string): Json {
  if (output.length > longestParsed || !/^\s*[[{]/.test(output.slice(0, 100))) return output
  try {
    return JSON.parse(output) as Json
  } catch {
    return output
  }
}

/** A value as indented JSON. Nested too deep to be written, it is said to be. */
export function prettyJson(value: unknown): string {
  try {
    return JSON.stringify(value, null, 2) ?? 'null'
  } catch (cause) {
    if (cause instanceof RangeError) return 'This value is nested too deep to be shown.'
    throw cause
  }
}

/** The beginning of a text, with the count of what is left out. */
export function cutText(text: string, length: number): { text: string; left: number } {
  return { text: text.slice(0, length), left: Math.max(0, text.length - length) }
}
