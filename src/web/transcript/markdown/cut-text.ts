/** So many characters are laid out together. */
const longestPiece = 4_000

/** A long text in pieces, cut at a line's end, else at a space, else anywhere but in a character. */
export function cutText(text: string): string[] {
  const pieces: string[] = []
  let start = 0
  while (text.length - start > longestPiece) {
    const most = text.slice(start, start + longestPiece)
    const lineEnd = most.lastIndexOf('\n')
    const end = lineEnd > 0 ? lineEnd + 1 : most.lastIndexOf(' ') + 1 || wholeCharacters(most)
    pieces.push(most.slice(0, end))
    start += end
  }
  pieces.push(text.slice(start))
  return pieces
}

/** The length of a text without the first half of a surrogate pair at its end. */
function wholeCharacters(text: string): number {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last < 0xdc00 ? text.length - 1 : text.length
}
