import type { Tokens } from 'marked'

const narrowest = 4
const widest = 36
/** Of a last column of words, which may be longer in later rows. */
const narrowestWords = 24
/** The space beside the text. */
const gap = 3

/**
 * How wide the columns of a table are, in characters, with the space between them: as its head and its first row need it. Known once these are there, so that columns
 * stay where they are while more rows come.
 */
export function columnWidths({
  header,
  rows,
  align,
}: Pick<Tokens.Table, 'header' | 'rows' | 'align'>): number[] {
  return header.map(({ text }, column) => {
    const first = rows[0]?.[column]?.text ?? ''
    const isLast = column === header.length - 1 && column > 0 && align[column] === null
    const least = isLast && /\p{L}{2}/u.test(first) ? narrowestWords : narrowest
    return Math.min(Math.max(text.length, first.length, least), widest) + gap
  })
}

/** True once the first row cannot change any more: the head, the line below it and the row have all ended. */
export function hasFirstRow(raw: string): boolean {
  let end = -1
  for (let line = 0; line < 3; line++) {
    end = raw.indexOf('\n', end + 1)
    if (end < 0) return false
  }
  return true
}
