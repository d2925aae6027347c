/** Up to here text is read as Markdown; what is longer, nested deeper or has more marks is shown as it was written. */
const longest = 30_000
const deepest = 12
const mostMarks = 4_000

const marks = new Set(['*', '_', '[', ']', '`', '~', '<', '&', '@', '\\', '|', '!'])
const spaces = new Set([' ', '\t'])

/**
 * True where a block can be read as Markdown in little time and without deep recursion: the reader of Markdown takes quadratic time for
 * some texts, and as many frames of the stack as quotes and lists are nested. Takes linear time itself.
 */
export function isReadable(block: string): boolean {
  if (block.length > longest) return false
  let marked = 0
  let depth = 0
  let beginning = true
  for (let index = 0; index < block.length; index++) {
    const character = block.charAt(index)
    if (character === '\n') {
      beginning = true
      depth = 0
      continue
    }
    if (marks.has(character) && ++marked > mostMarks) return false
    if (!beginning || spaces.has(character)) continue
    const width = markerWidth(block, index)
    if (width === 0) beginning = false
    else if (++depth > deepest) return false
    else index += width - 1
  }
  return true
}

/** The width of the mark of a quote or of a list's item at this index; 0 where there is none. */
function markerWidth(text: string, index: number): number {
  const character = text.charAt(index)
  if (character === '>') return 1
  const next = (width: number) => text.charAt(index + width)
  const ends = (width: number) => spaces.has(next(width)) || next(width) === '\n'
  if (character === '-' || character === '*' || character === '+') return ends(1) ? 1 : 0
  let digits = 0
  while (digits < 9 && next(digits) >= '0' && next(digits) <= '9') digits++
  const dot = next(digits) === '.' || next(digits) === ')'
  return digits > 0 && dot && ends(digits + 1) ? digits + 1 : 0
}
