import { asLine, cutText } from '../protocol/cut-text.ts'
import type { NewMessage } from '../protocol/message.ts'

/** The longest title that is made. A client may give one of 512 code units. */
const longest = { characters: 60, units: 500 }
/** How much of a line is looked at, in code units: white space in it may be long. */
const lookedAt = 4_000

/** A title for a conversation that begins with these messages: from the first text of the user; undefined where there is none. */
export function titleOf(messages: readonly NewMessage[]): string | undefined {
  for (const { role, content } of messages) {
    const title = role === 'user' ? titleFrom(content) : undefined
    if (title !== undefined) return title
  }
  return undefined
}

/** The first line that has text, as a title: cut at the end of a word where it is long. */
export function titleFrom(text: string): string | undefined {
  const start = text.search(visible)
  if (start < 0) return undefined
  const [line = ''] = text.slice(start, start + lookedAt).split(lineEnd, 1)
  return cutText(asLine(line), longest)
}

const visible = /[^\s\p{Cc}\p{Cf}]/u
const lineEnd = /[\n\v\f\r\u0085\u2028\u2029]/
