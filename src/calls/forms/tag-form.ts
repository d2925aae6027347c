import type { Json } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { Mends } from '../mend.ts'
import { declaredArguments } from '../offered-tools.ts'
import { refuse, type Source } from '../source.ts'
import { type FoundCall, type Reading, readArgumentObject, toolOrRefuse, valueOfText } from './found-call.ts'

const nameOfTag = /[^<>"'\n]{1,200}/y
const attributes = /[^<>\n]{0,100}/y

/** Where a value between tags may end that its own tag does not end. */
const looseEnd = /\n\s*<(?:parameter[= ]|\/function>|\/invoke>|\/tool_call>)/g

/** How parameters are written: `<parameter=name>` or `<parameter name="name">`. */
interface TagForm {
  parameter: string
  closer: string
}

/** Reads `<function=name>`, with its `<parameter=name>value</parameter>`, or with a JSON object. */
export function readFunctionTag(reading: Reading): FoundCall[] {
  const { source } = reading
  if (!source.take('<function=')) refuse()
  const name = unquoted(source.match(nameOfTag))
  if (!source.take('>')) refuse()
  source.skipSpace()
  if (source.peek() === '{') return [readJsonBody(reading, name)]
  return [readParameters(reading, name, { parameter: '<parameter=', closer: '</function>' })]
}

/** Reads `<invoke name="name">`, with its `<parameter name="name">value</parameter>`. */
export function readInvokeTag(reading: Reading): FoundCall[] {
  const { source } = reading
  if (!source.take('<invoke name=')) refuse()
  const name = readAttribute(source)
  return [readParameters(reading, name, { parameter: '<parameter name=', closer: '</invoke>' })]
}

/** Reads the rest of `name<arg_key>key</arg_key><arg_value>value</arg_value>`. */
export function readArgumentKeys({ source, tools }: Reading, name: string): FoundCall[] {
  const tool = toolOrRefuse(tools, name)
  const mends: Mends = new Set()
  const args = new Map<string, Json>()
  while (source.take('<arg_key>')) {
    const key = (source.until('</arg_key>') ?? refuse()).trim()
    source.skipSpace()
    if (!source.take('<arg_value>') || args.has(key)) refuse()
    args.set(key, valueOfText(source.until('</arg_value>') ?? refuse(), tool, key, mends))
    source.skipSpace()
  }
  return [{ name, arguments: Object.fromEntries(args), mends: [...mends] }]
}

function readJsonBody({ source, tools }: Reading, name: string): FoundCall {
  toolOrRefuse(tools, name)
  const mends: Mends = new Set()
  const args = readArgumentObject(source, mends)
  source.skipSpace()
  if (source.peek() !== '' && !source.has('</') && !source.has('<|')) refuse()
  return { name, arguments: args, mends: [...mends] }
}

function readParameters({ source, tools }: Reading, name: string, form: TagForm): FoundCall {
  const tool = toolOrRefuse(tools, name)
  const mends: Mends = new Set()
  const args = new Map<string, Json>()
  source.skipSpace()
  while (source.take(form.parameter)) {
    const key =
      form.parameter.endsWith('=') && form.closer === '</invoke>'
        ? readAttribute(source)
        : readPlainKey(source)
    if (args.has(key)) refuse()
    args.set(key, valueOfText(readValue(source, tool, form, mends), tool, key, mends))
    source.skipSpace()
  }
  if (!source.take(form.closer)) {
    if (source.ending === 'cut' || (source.peek() !== '' && !source.has('</'))) refuse()
    mends.add('missing closers')
  }
  return { name, arguments: Object.fromEntries(args), mends: [...mends] }
}

function readPlainKey(source: Source): string {
  const key = unquoted(source.match(nameOfTag))
  return source.take('>') ? key : refuse()
}

/** Reads `"name">`, with what other attributes stand before the bracket. */
function readAttribute(source: Source): string {
  const quote = source.peek()
  if (quote !== '"' && quote !== "'") refuse()
  source.at += 1
  const name = source.match(nameOfTag)
  if (!source.take(quote)) refuse()
  source.match(attributes)
  return source.take('>') ? name : refuse()
}

/**
 * A value up to its closing tag, without the line ends next to the tags. Where the closing tag is missing, up to the next tag that
 * begins a line, without white space around; where that may also be a part of the value, it is refused.
 */
function readValue(source: Source, tool: ToolSchema, form: TagForm, mends: Mends): string {
  const start = source.at
  const closed = source.until('</parameter>')
  looseEnd.lastIndex = start
  const loose = looseEnd.exec(source.text)
  if (closed !== undefined && (!loose || loose.index >= start + closed.length))
    return closed.replace(/^\r?\n/, '').replace(/\r?\n$/, '')
  if (source.ending === 'cut') refuse()
  mends.add('missing closers')
  source.at = loose?.index ?? source.text.length
  if (loose && closed !== undefined && !beginsDeclared(source.text, loose.index, tool, form)) refuse()
  return source.text.slice(start, source.at).trim()
}

/** True where the tag at `index` is a parameter that the tool declares. */
function beginsDeclared(text: string, index: number, tool: ToolSchema, form: TagForm): boolean {
  const line = text.slice(index, index + 300).trimStart()
  const name = /^["']?([^<>"'\n]+)/.exec(
    line.startsWith(form.parameter) ? line.slice(form.parameter.length) : '',
  )?.[1]
  return name !== undefined && Object.hasOwn(declaredArguments(tool), name.trim())
}

function unquoted(name: string): string {
  return name.trim()
}
