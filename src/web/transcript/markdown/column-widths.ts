import type { Tokens } from 'marked'

const narrowest = 4
const widest = 36
/** The space beside the text. */
const gap = 3

/**
 * How wide the columns of a table are, in characters, with the space between them: as its head and its first row need it. Known once these are there, so that columns
 * stay where they are while more rows come.
 */
export function columnWidths({ header, rows }: Pick<Tokens.Table, 'header' | 'rows'>): number[] {
  return header.map(({ text }, column) => {
    const first = rows[0]?.[column]?.text ?? ''
    return Math.min(Math.max(text.length, first.length, narrowest), widest) + gap
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
