/** A sentence that is longer is read out in pieces. */
const longest = 300

/**
 * What of a text that grows can be read out: whole sentences, from `from` on, and where the next ones begin. With `ended` the rest
 * counts as one. Code is not read out.
 */
export function nextSentences(
  text: string,
  from: number,
  ended = false,
): { sentences: string; next: number } {
  const rest = text.slice(from)
  const end = ended ? rest.length : endOfSentences(rest)
  return { sentences: spoken(rest.slice(0, end)), next: from + end }
}

/** Where the last complete sentence ends: a full stop and a space, or the end of a line. */
function endOfSentences(text: string): number {
  let end = 0
  for (const match of text.matchAll(/[.!?…。！？]["'”’)\]*_]*(?=\s)|\n/g)) end = match.index + match[0].length
  if (end === 0 && text.length > longest) end = text.lastIndexOf(' ') + 1 || text.length
  return end
}

/** Without the marks of Markdown, which nobody wants to hear. */
function spoken(text: string): string {
  return text
    .replace(/\[([^\]\n]{0,300})\]\([^)\n]{0,1000}\)/g, '$1')
    .replace(/^[ \t]*(?:#{1,6}|>|[-*+]) /gm, '')
    .replace(/^[ \t]*(?:```|~~~).*$|^[ \t|:-]+$/gm, '')
    .replace(/[*_`|]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
