/** Words before or after a name that say nothing: `functions.read_gauge`, `read_gauge_tool`. */
const emptyWords = ['functions', 'function', 'tools', 'tool', 'mcp']

/** A tool whose name begins with one of these words may do something else than the one without: it is no longer the same name. */
const otherMeaning =
  /^(?:un|undo|dont|do_not|no|not|never|cancel|stop|abort|delete|remove|drop|disable|revert|reset|draft|preview|plan|schedule|mock|fake|test|dry|simulate)(?:[_-]|(?=[A-Z]))/i

/** The shortest name, in letters, in which a doubled letter makes no other name. */
const leastForSlips = 8

/** Longer ones are no names of tools. */
const longestName = 200

/**
 * The one name that `written` means: in other case, with other separators, with or without a prefix, or with a doubled letter.
 * Undefined where there is none, or more than one.
 */
export function nearestName(written: string, names: readonly string[]): string | undefined {
  if (written.length > longestName) return undefined
  for (const isNear of [hasSameLetters, lacksPrefix, doublesLetter]) {
    const near = names.filter((name) => isNear(written, name))
    if (near.length > 0) return near.length === 1 ? near[0] : undefined
  }
  return undefined
}

/** The letters and digits alone, without the words before and after it that say nothing. */
function hasSameLetters(written: string, name: string): boolean {
  const wanted = letters(name)
  return wanted !== '' && spellings(written).some((spelling) => letters(spelling) === wanted)
}

function letters(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** The name as it is written, behind its namespace, and without empty words. */
function spellings(written: string): string[] {
  // gpt-oss writes marks of its template behind the name.
  const [name = ''] = written.split('<|')
  const behind = name.slice(1 + Math.max(...['.', ':', '/'].map((mark) => name.lastIndexOf(mark))))
  const behindServer = name.includes('__') ? name.slice(name.lastIndexOf('__') + 2) : name
  return [...new Set([name, behind, behindServer])].flatMap((spelling) => [
    spelling,
    ...withoutEmptyWords(spelling),
  ])
}

function withoutEmptyWords(name: string): string[] {
  const lower = name.toLowerCase()
  const inFront = emptyWords.filter((word) => new RegExp(`^${word}[_.-]`).test(lower))
  const behind = emptyWords.filter((word) => new RegExp(`[_.-]${word}$`).test(lower))
  return [
    ...inFront.map((word) => name.slice(word.length + 1)),
    ...behind.map((word) => name.slice(0, -word.length - 1)),
  ]
}

/** The name of a tool that has its server's prefix, written without it: of two words at least, as one alone may mean anything. */
function lacksPrefix(written: string, name: string): boolean {
  if (!/[A-Za-z0-9][_.-][A-Za-z0-9]/.test(written)) return false
  const words = name.split(/[^\p{L}\p{N}]+/u)
  const first = words.findIndex((_, index) => letters(words.slice(index).join('')) === letters(written))
  return first > 0 && !otherMeaning.test(words.slice(0, first).join('_').concat('_'))
}

/** A letter that is written twice: `rread_gauge`. Any other slip may be another name, as with `read_gauge_a`. */
function doublesLetter(written: string, name: string): boolean {
  const [longer, shorter] = [letters(written), letters(name)]
  if (longer.length !== shorter.length + 1 || shorter.length < leastForSlips) return false
  let at = 0
  while (at < shorter.length && shorter[at] === longer[at]) at++
  const extra = longer[at] ?? ''
  const isDouble = extra === longer[at - 1] || extra === longer[at + 1]
  return isDouble && /\p{L}/u.test(extra) && longer.slice(at + 1) === shorter.slice(at)
}
