import { parseExact } from '../protocol/exact-json.ts'
import { type Json, type JsonObject, maxJsonDepth } from '../protocol/json.ts'
import type { Mends } from './mend.ts'
import { readQuoted } from './quoted-text.ts'
import { refuse, type Source } from './source.ts'

/** Sees the members of the outermost objects while they are read, and refuses by `refuse`. */
export interface MemberWatch {
  key(name: string): void
  value(name: string, value: Json): void
}

const numeral = /[-\d][\d.eE+-]*/y
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const word = /[A-Za-z]+/y
const plainKey = /[A-Za-z_$][\w$-]*/y

const literals: Record<string, Json> = { true: true, false: false, null: null }
const pythonLiterals: Record<string, Json> = { True: true, False: false, None: null }

/**
 * Reads a value that is JSON, or meant as JSON: with trailing commas, single quotes, Python's literals, line feeds in texts, unquoted
 * keys, or without the last brackets. Nothing inside a text is changed, and numbers keep their digits. Where quotes or brackets can be
 * meant in several ways, it is refused.
 */
export function readLenient(source: Source, mends: Mends, watch?: MemberWatch, depth = 0): Json {
  if (depth > maxJsonDepth) refuse()
  skipBlank(source, mends)
  const text = readQuoted(source, mends)
  if (text !== undefined) return text
  switch (source.peek()) {
    case '{':
      return readObject(source, mends, watch, depth)
    case '[':
      return readList(source, mends, watch, depth)
    default:
      return readPlain(source, mends)
  }
}

function readPlain(source: Source, mends: Mends): Json {
  const number = source.match(numeral)
  if (number !== '') return jsonNumber.test(number) ? parseExact(number) : refuse()
  const name = source.match(word)
  if (Object.hasOwn(literals, name)) return literals[name] ?? null
  if (!Object.hasOwn(pythonLiterals, name)) refuse()
  mends.add('Python literals')
  return pythonLiterals[name] ?? null
}

function readObject(source: Source, mends: Mends, watch: MemberWatch | undefined, depth: number): JsonObject {
  const members = new Map<string, Json>()
  source.at += 1
  skipBlank(source, mends)
  if (source.take('}')) return {}
  do {
    const key = readKey(source, mends)
    // Which of two values is meant, nobody can know.
    if (members.has(key)) refuse()
    watch?.key(key)
    skipBlank(source, mends)
    if (!source.take(':')) refuse()
    const value = readLenient(source, mends, undefined, depth + 1)
    members.set(key, value)
    watch?.value(key, value)
  } while (goesOn(source, mends, '}'))
  return Object.fromEntries(members)
}

function readKey(source: Source, mends: Mends): string {
  skipBlank(source, mends)
  const quoted = readQuoted(source, mends)
  if (quoted !== undefined) return quoted
  mends.add('unquoted keys')
  return source.match(plainKey) || refuse()
}

function readList(source: Source, mends: Mends, watch: MemberWatch | undefined, depth: number): Json[] {
  const elements: Json[] = []
  source.at += 1
  skipBlank(source, mends)
  if (source.take(']')) return []
  do elements.push(readLenient(source, mends, watch, depth + 1))
  while (goesOn(source, mends, ']'))
  return elements
}

/**
 * After an element: true where another one follows, false where the closer came, or is missing. It can only be missing where nothing but
 * closers follows: else nobody can know where it should have been.
 */
function goesOn(source: Source, mends: Mends, closer: '}' | ']'): boolean {
  skipBlank(source, mends)
  if (source.take(closer)) return false
  if (source.take(',')) {
    if (mends.has('missing closers')) refuse()
    skipBlank(source, mends)
    if (!source.take(closer)) return true
    mends.add('trailing commas')
    return false
  }
  const next = source.peek()
  if (source.ending === 'cut' || (next !== '' && next !== '}' && next !== ']')) refuse()
  mends.add('missing closers')
  return false
}

/** White space, also as `\n` outside of texts: there, it cannot be anything else. */
function skipBlank(source: Source, mends: Mends): void {
  for (;;) {
    source.skipSpace()
    if (source.peek() !== '\\') return
    const start = source.at
    source.match(/\\+/y)
    if (!'nrt'.includes(source.peek() || '-')) {
      source.at = start
      return
    }
    source.at += 1
    mends.add('escaped line feeds')
  }
}
