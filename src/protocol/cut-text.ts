/** A text of at most so many characters as people see them, and of so many UTF-16 code units. */
export interface TextLimit {
  characters: number
  units: number
}

let segmenter: Intl.Segmenter | undefined

/** The text; where it is too long, cut at the end of a word, with an ellipsis that counts. It has single spaces between its words. */
export function cutText(text: string, { characters, units }: TextLimit): string {
  // No character has less than one code unit.
  if (text.length <= Math.min(characters, units)) return text
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' })
  let count = 0
  /** Where the last character ends that fits beside an ellipsis. */
  let end = 0
  for (const { index, segment } of segmenter.segment(text)) {
    count += 1
    if (count > characters || index + segment.length > units) return `${wholeWords(text, end)}…`
    if (count < characters) end = index + segment.length
  }
  return text
}

/** The words of a text before this position; where that would be none, all before it. */
function wholeWords(text: string, end: number): string {
  const before = text.slice(0, end)
  const space = text[end] === ' ' ? end : before.lastIndexOf(' ')
  return (space > 0 ? before.slice(0, space) : before).replace(/[\s,;:.–—-]+$/u, '') || before
}

/** A text on one line, well-formed, with single spaces. Marks that change the direction of what follows would reach beyond it. */
export function asLine(text: string): string {
  return text
    .replace(/[\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .toWellFormed()
}
