/** A piece of a text: characters that can be seen, or the names of those that cannot. */
export interface TextPart {
  text: string
  hidden: boolean
}

/** So many parts are elements of their own; a text with more is one piece, with the names in brackets. */
const mostParts = 400

/**
 * What the eye does not get, or gets in another order: control and format characters (bidi marks, zero-width ones, tags), spaces other
 * than the plain one, private use, lone surrogates; and white space so long that what follows would be out of sight.
 */
const unseen = '[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Zl}\\p{Zp}\\p{Zs}\\p{Default_Ignorable_Code_Point}\\u2800]'
const hiddenRun = new RegExp(`\\n{4,}|[ \\t\\n]{24,}|(?:(?![ \\t\\n])${unseen})+`, 'gu')
/**
 * The same in prose, where white space may be long, and these have their place: other spaces, which are seen as spaces; joiners and marks of
 * direction, by which some scripts and emoji are written; what chooses between forms of the character before it.
 */
const hiddenInProse = new RegExp(`(?:(?![ \\t\\r\\n\\p{Zs}\\u200c-\\u200f\\ufe00-\\ufe0f])${unseen})+`, 'gu')

/** Splits a text so that nothing in it stays unseen. Takes time in proportion to its length. */
export function revealHidden(text: string, isProse = false): TextPart[] {
  const parts: TextPart[] = []
  let end = 0
  for (const match of text.matchAll(isProse ? hiddenInProse : hiddenRun)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), hidden: false })
    parts.push({ text: nameRun(match[0]), hidden: true })
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push({ text: text.slice(end), hidden: false })
  return parts.length <= mostParts ? parts : [{ text: parts.map(inBrackets).join(''), hidden: false }]
}

/** The same as one text, for attributes and names. */
export function withoutHidden(text: string): string {
  return revealHidden(text).map(inBrackets).join('')
}

function inBrackets({ text, hidden }: TextPart): string {
  return hidden ? `⟨${text}⟩` : text
}

/** `U+202E`, `U+200B ×12`, `5 line breaks`. */
function nameRun(run: string): string {
  const names: string[] = []
  let count = 0
  let last = ''
  const add = () => {
    if (last !== '') names.push(count > 1 ? `${last} ×${count}` : last)
  }
  for (const character of run) {
    const name = nameOf(character)
    if (name !== last) {
      add()
      last = name
      count = 0
    }
    count += 1
  }
  add()
  return names.join(' ')
}

function nameOf(character: string): string {
  if (character === '\n') return 'line break'
  if (character === '\t') return 'tab'
  if (character === ' ') return 'space'
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
