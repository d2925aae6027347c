import type { Json, JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import { readLenient } from '../lenient-json.ts'
import type { Mend, Mends } from '../mend.ts'
import { declaredArguments, type OfferedTools, typesOf } from '../offered-tools.ts'
import { attempt, refuse, Source } from '../source.ts'

/** A call that was found in a text. */
export interface FoundCall {
  /** As it is written. */
  name: string
  arguments: Json
  /** What of it was no sound JSON. */
  mends: readonly Mend[]
  /** True where the arguments stand beside the name, and not inside of a member of their own. */
  isFlat?: true
}

/** What calls are read with. */
export interface Reading {
  source: Source
  tools: OfferedTools
  /** True inside of a mark that only calls have. */
  isMarked: boolean
  /** True where the reply begins with it. */
  isFirst: boolean
}

/** The tool of this name, else the text is no call. */
export function toolOrRefuse(tools: OfferedTools, name: string): ToolSchema {
  return tools.find(name) ?? refuse()
}

/** Reads the arguments of a call, an object. */
export function readArgumentObject(source: Source, mends: Mends): JsonObject {
  if (source.peek() !== '{') refuse()
  return readLenient(source, mends) as JsonObject
}

/**
 * The value of an argument that is written as mere text between tags. What it is, the schema says: lists and objects are read as JSON,
 * and the word null where no text is meant. All else stays a text.
 */
export function valueOfText(text: string, tool: ToolSchema, name: string, mends: Mends): Json {
  const declared = declaredArguments(tool)
  const schema = Object.hasOwn(declared, name) ? declared[name] : undefined
  const types = typesOf(schema)
  const word = text.trim()
  if ((word === 'null' || word === 'None') && schema !== undefined && !takesAnyText(schema)) return null
  if (!/^[[{]/.test(word) || types.includes('string')) return text
  if (!types.includes('object') && !types.includes('array')) return text
  return readWhole(word, mends) ?? text
}

function takesAnyText(schema: Json): boolean {
  const isLimited = typeof schema === 'object' && schema !== null && 'enum' in schema
  return typesOf(schema).includes('string') ? !isLimited : false
}

function readWhole(text: string, mends: Mends): Json | undefined {
  const own: Mends = new Set()
  const source = new Source(text, 'cut')
  const value = attempt(() => {
    const read = readLenient(source, own)
    source.skipSpace()
    return source.peek() === '' ? read : refuse()
  })
  if (value === undefined || value === 'more') return undefined
  for (const mend of own) mends.add(mend)
  return value
}
