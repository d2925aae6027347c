import { parseExact } from '../protocol/exact-json.ts'
import type { Json } from '../protocol/json.ts'
import { readLenient } from './lenient-json.ts'
import type { Mend, Mends } from './mend.ts'
import { attempt, refuse, Source } from './source.ts'

/** The longest text that is read where it is no sound JSON, in UTF-16 units. */
const longestMended = 256 * 1024

/** How often JSON may be written as a text of JSON. */
const mostEncodings = 3

/** Reads a whole text that is JSON, or nearly. Undefined where it is neither, or can be meant in several ways. */
export function readJsonText(text: string): { value: Json; mends: Mend[] } | undefined {
  const mends: Mends = new Set()
  let value: Json = text
  for (let times = 0; typeof value === 'string'; times++) {
    if (times === mostEncodings) return undefined
    if (times > 0) mends.add('a text of JSON')
    const read = readOnce(value, mends)
    if (read === undefined) return undefined
    value = read
  }
  return { value, mends: [...mends] }
}

/** True where a text is JSON as it stands. */
export function isSound(text: string): boolean {
  return parseSound(text) !== undefined
}

function parseSound(text: string): Json | undefined {
  try {
    return parseExact(text)
  } catch {
    return undefined
  }
}

function readOnce(text: string, mends: Mends): Json | undefined {
  const sound = parseSound(text)
  if (sound !== undefined || text.length > longestMended) return sound
  const source = new Source(withoutFence(text, mends), 'whole')
  const read = attempt(() => {
    const value = readLenient(source, mends)
    // A number or a word with something behind it is no JSON that went wrong.
    if (typeof value !== 'object' || value === null) refuse()
    readRest(source, value, mends)
    return value
  })
  return read === 'more' ? undefined : read
}

/** After the value, there may be the marks of the next message, or the same value once more. */
function readRest(source: Source, value: Json, mends: Mends): void {
  source.skipSpace()
  if (source.peek() === '') return
  mends.add('what came after it')
  if (source.has('<|')) {
    if (/[{}[\]"]/.test(source.text.slice(source.at))) refuse()
    return
  }
  const again = readLenient(source, mends)
  source.skipSpace()
  if (source.peek() !== '' || JSON.stringify(again) !== JSON.stringify(value)) refuse()
}

function withoutFence(text: string, mends: Mends): string {
  const trimmed = text.trim()
  const firstLine = trimmed.indexOf('\n')
  if (!trimmed.startsWith('```') || firstLine < 0) return trimmed
  mends.add('a code fence')
  return trimmed.slice(firstLine + 1, trimmed.endsWith('```') ? -3 : undefined)
}
