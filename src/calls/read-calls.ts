import type { FoundCall, Reading } from './forms/found-call.ts'
import { readJsonForm } from './forms/json-form.ts'
import { takeCloser, takeFence, takeOpener } from './forms/marks.ts'
import { readFunctionTag, readInvokeTag } from './forms/tag-form.ts'
import { identifier, readNamed, readPythonList, readWordForm } from './forms/word-form.ts'
import type { OfferedTools } from './offered-tools.ts'
import { refuse, type Source } from './source.ts'

/** More in one reply are no calls that somebody meant. */
const mostCalls = 64

/** Where the text of the calls begins. */
export interface Place {
  isMidLine: boolean
  /** True where the reply begins with it. */
  isFirst: boolean
}

/**
 * Reads a text that is calls and nothing else, up to its end: marks, calls, and marks again. Refused where it is anything else, or no
 * tool of a name was offered.
 */
export function readCalls(source: Source, tools: OfferedTools, { isMidLine, isFirst }: Place): FoundCall[] {
  const reading: Reading = { source, tools, isMarked: false, isFirst }
  if (isMidLine && !takeOpener(source) && !source.has('<function=') && !source.has('<invoke ')) refuse()
  reading.isMarked = isMidLine
  let isFenced = false
  const calls: FoundCall[] = []
  for (;;) {
    source.skipSpace()
    if (calls.length > 0 && source.peek() === '') return calls
    if (source.peek() === '`') {
      if (isFenced) source.take('```') || refuse()
      else if (calls.length > 0 && endsWithTicks(source)) return calls
      else reading.isMarked = takeFence(source) || reading.isMarked
      isFenced = !isFenced
    } else if (calls.length === 0) {
      if (takeOpener(source)) reading.isMarked = true
      else calls.push(...readCall(reading))
    } else if (!takeCloser(source) && !source.take(',') && !source.take(';')) calls.push(...readCall(reading))
    if (calls.length > mostCalls) refuse()
    if (calls.slice(0, -1).some(({ mends }) => mends.includes('missing closers'))) refuse()
  }
}

/** A fence that was never opened is closed at the end. */
function endsWithTicks(source: Source): boolean {
  return (
    /^```\s*$/.test(source.text.slice(source.at, source.at + 8)) &&
    source.match(/`{3}\s*/y) !== '' &&
    source.peek() === ''
  )
}

function readCall(reading: Reading): FoundCall[] {
  const { source } = reading
  switch (source.peek()) {
    case '{':
      return readJsonForm(reading)
    case '[':
      return readBracket(reading)
    case '<':
      return readTag(reading)
    case '':
      return refuse()
    default:
      return source.has('functools') ? readFunctools(reading) : readWordForm(reading)
  }
}

/** `<functioncall {…}>` has its call inside of the tag. */
function readTag(reading: Reading): FoundCall[] {
  const { source } = reading
  if (source.has('<function=')) return readFunctionTag(reading)
  if (source.has('<invoke name=')) return readInvokeTag(reading)
  if (!source.take('<functioncall')) refuse()
  source.skipSpace()
  const calls = readJsonForm({ ...reading, isMarked: true })
  source.skipSpace()
  source.take('>')
  return calls
}

/** A list of calls, as JSON or as Python has it; or the name of a tool in brackets, and its arguments on the next line. */
function readBracket(reading: Reading): FoundCall[] {
  const { source, tools } = reading
  const start = source.at
  source.at += 1
  source.skipSpace()
  const first = source.peek()
  if (first === '{') {
    source.at = start
    return readJsonForm(reading)
  }
  identifier.lastIndex = source.at
  const begun = identifier.exec(source.text)?.[0] ?? refuse()
  if (!tools.mayBegin(begun)) refuse()
  const name = source.match(identifier)
  if (!source.take(']')) {
    source.at = start
    return readPythonList(reading)
  }
  if (!tools.findExact(name)) refuse()
  source.skipSpace()
  return [readNamed(source, name)]
}

function readFunctools(reading: Reading): FoundCall[] {
  reading.source.take('functools')
  if (reading.source.peek() !== '[') refuse()
  return readJsonForm({ ...reading, isMarked: true })
}
