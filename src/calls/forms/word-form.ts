import type { Json } from '../../protocol/json.ts'
import { readLenient } from '../lenient-json.ts'
import type { Mends } from '../mend.ts'
import { refuse, type Source } from '../source.ts'
import { type FoundCall, type Reading, readArgumentObject, toolOrRefuse } from './found-call.ts'
import { readArgumentKeys } from './tag-form.ts'

export const identifier = /[A-Za-z_][\w.-]{0,200}/y
const keyword = /[A-Za-z_]\w{0,200}/y

/** Reads a call that begins with the name of its tool: `name(key="value")`, `call:name{…}`, and in a mark `name{…}` and `name<arg_key>…`. */
export function readWordForm(reading: Reading): FoundCall[] {
  const { source, tools, isMarked, isFirst } = reading
  const isGemma = mayTake(source, 'call:')
  const name = readName(reading)
  if (!isGemma && source.peek() === '(') {
    if (!tools.findExact(name)) refuse()
    return [readPython(source, name, isMarked || isFirst)]
  }
  if (!isGemma && !isMarked) refuse()
  toolOrRefuse(tools, name)
  if (!isGemma) source.skipSpace()
  if (!isGemma && source.has('<arg_key>')) return readArgumentKeys(reading, name)
  if (!isGemma) passSeparator(source)
  if (!isGemma && source.has('</')) return [{ name, arguments: {}, mends: [] }]
  const call = readNamed(source, name)
  // So gemma writes them.
  return [isGemma ? { ...call, mends: call.mends.filter((mend) => mend !== 'unquoted keys') } : call]
}

/** What stands between a name and its arguments: of Mistral, DeepSeek and Kimi. */
function passSeparator(source: Source): void {
  if (source.peek() === ':') source.match(/:\d{0,6}/y)
  for (const separator of ['[ARGS]', '<｜tool▁sep｜>', '<|tool_call_argument_begin|>']) source.take(separator)
  source.skipSpace()
}

/** Reads a list of calls as Python has them: `[one(), two(key="value")]`. */
export function readPythonList({ source, tools }: Reading): FoundCall[] {
  const calls: FoundCall[] = []
  if (!source.take('[')) refuse()
  do {
    source.skipSpace()
    const name = source.match(identifier)
    if (!tools.findExact(name) || source.peek() !== '(') refuse()
    calls.push(readPython(source, name, true))
    source.skipSpace()
  } while (source.take(','))
  return source.take(']') ? calls : refuse()
}

/** Reads the arguments of a call whose name has come already, one JSON object. */
export function readNamed(source: Source, name: string): FoundCall {
  const mends: Mends = new Set()
  const args = readArgumentObject(source, mends)
  return { name, arguments: args, mends: [...mends] }
}

/** A name that is not complete yet must be the beginning of a tool's. */
function readName({ source, tools, isMarked }: Reading): string {
  if (source.peek() === '') refuse()
  identifier.lastIndex = source.at
  const start = identifier.exec(source.text)?.[0] ?? refuse()
  if (!isMarked && !tools.mayBegin(start)) refuse()
  return source.match(identifier)
}

/** As `take`, but an incomplete word may also be the beginning of a name. */
function mayTake(source: Source, word: string): boolean {
  const rest = source.text.length - source.at
  return (rest >= word.length || word.startsWith(source.text.slice(source.at))) && source.take(word)
}

/** Only arguments that have names: what others stand for is not said. */
function readPython(source: Source, name: string, mayBeEmpty: boolean): FoundCall {
  const mends: Mends = new Set()
  const args = new Map<string, Json>()
  source.at += 1
  source.skipSpace()
  while (source.peek() !== ')') {
    const key = source.match(keyword) || refuse()
    source.skipSpace()
    if (!source.take('=') || args.has(key)) refuse()
    args.set(key, readLenient(source, mends))
    source.skipSpace()
    if (source.take(',')) source.skipSpace()
    else if (source.peek() !== ')') refuse()
  }
  source.at += 1
  if (mends.has('missing closers') || (args.size === 0 && !mayBeEmpty)) refuse()
  const unsound = [...mends].filter((mend) => mend !== 'single quotes' && mend !== 'Python literals')
  return { name, arguments: Object.fromEntries(args), mends: unsound }
}
