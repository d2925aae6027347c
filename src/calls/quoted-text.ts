import type { Mends } from './mend.ts'
import { refuse, type Source } from './source.ts'

/** The quotation mark of gemma's calls, which has no escapes. */
const gemmaQuote = '<|"|>'

const escapes: Record<string, string> = {
  '"': '"',
  "'": "'",
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

/** Reads a text in quotes of any kind, with all that stands in it. Undefined where none comes next. */
export function readQuoted(source: Source, mends: Mends): string | undefined {
  const first = source.peek()
  if (first === '<') return readGemma(source)
  if (first === '\\') return readOverEscaped(source, mends)
  if (first !== '"' && first !== "'") return undefined
  if (first === "'") mends.add('single quotes')
  source.at += 1
  return readUntil(source, first, mends)
}

/** What follows a text in quotes is up to the caller, who refuses all but a comma, a colon or a bracket: so no quote can be one of the text's own. */
function readUntil(source: Source, quote: string, mends: Mends): string {
  const plain = quote === '"' ? /[^"\\]*/y : /[^'\\]*/y
  let text = ''
  for (;;) {
    const piece = source.match(plain)
    if (/[\n\r\t]/.test(piece)) mends.add('raw line feeds')
    text += piece
    const next = source.peek()
    if (next === '') refuse()
    source.at += 1
    if (next === quote) return text
    text += readEscape(source, quote, mends)
  }
}

/** An escape that JSON does not know may be meant as it stands, or not: it is refused, but for a quotation mark. */
function readEscape(source: Source, quote: string, mends: Mends): string {
  const letter = source.peek()
  source.at += 1
  if (letter === 'u') return readUnicode(source)
  if (letter === "'" && quote === '"') mends.add('escaped quotes')
  return escapes[letter] ?? refuse()
}

function readUnicode(source: Source): string {
  let digits = ''
  while (digits.length < 4) {
    digits += source.peek() || refuse()
    source.at += 1
  }
  return /^[0-9a-fA-F]{4}$/.test(digits) ? String.fromCharCode(Number.parseInt(digits, 16)) : refuse()
}

function readGemma(source: Source): string | undefined {
  return source.take(gemmaQuote) ? (source.until(gemmaQuote) ?? refuse()) : undefined
}

/** `\"owl\"`: the quotes are escaped once more than they should be. Only where nothing else in the text is. */
function readOverEscaped(source: Source, mends: Mends): string | undefined {
  const start = source.at
  const slashes = source.match(/\\+/y)
  if (source.peek() !== '"') {
    source.at = start
    return undefined
  }
  source.at += 1
  const text = source.until('"') ?? refuse()
  const inner = text.slice(0, text.length - slashes.length)
  if (!text.endsWith(slashes) || inner.includes('\\')) refuse()
  mends.add('escaped quotes')
  return inner
}
