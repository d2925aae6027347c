import type { NewMessage } from '../protocol/message.ts'

/** The longest title that is made, in characters as people see them, and in UTF-16 code units. */
const maxCharacters = 60
const maxUnits = 500
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
  return cut(
    line
      .replace(invisible, '')
      .replace(/[\s\p{Cc}]+/gu, ' ')
      .trim()
      .toWellFormed(),
  )
}

const visible = /[^\s\p{Cc}\p{Cf}]/u
const lineEnd = /[\n\v\f\r\u0085\u2028\u2029]/
/** Marks that change the direction of what follows them would reach beyond the title. */
const invisible = /[\u202a-\u202e\u2066-\u2069\ufeff]/g

let segmenter: Intl.Segmenter | undefined

function cut(line: string): string {
  // No character has less than one code unit.
  if (line.length <= maxCharacters) return line
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' })
  let count = 0
  /** Where the last character begins that fits beside an ellipsis. */
  let end = 0
  for (const { index, segment } of segmenter.segment(line)) {
    count += 1
    if (count > maxCharacters || index + segment.length > maxUnits) return `${wholeWords(line, end)}…`
    if (count < maxCharacters) end = index + segment.length
  }
  return line
}

/** The words of a line before this position; where that would be none, all before it. */
function wholeWords(line: string, end: number): string {
  const before = line.slice(0, end)
  const space = line[end] === ' ' ? end : before.lastIndexOf(' ')
  return (space > 0 ? before.slice(0, space) : before).replace(/[\s,;:.–—-]+$/u, '') || before
}
