import { isJsonObject, type Json, type JsonObject } from '../protocol/json.ts'
import type { Repair } from '../protocol/repair.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { isSound, readJsonText } from './json-text.ts'
import { declaredArguments, typesOf } from './offered-tools.ts'

/** Arguments after their form is mended, with what was mended. Where they cannot be read, `arguments` is what came. */
export interface MendedArguments {
  arguments: unknown
  repairs: Repair[]
}

/** Brings arguments to one object of the tool's arguments, where they are written as text or lie one level too deep. Values are not looked at. */
export function mendArguments(tool: ToolSchema, given: unknown): MendedArguments {
  const repairs: Repair[] = []
  const declared = declaredArguments(tool)
  let args = given
  if (typeof args === 'string' && args.trim() !== '') {
    const read = readJsonText(args)
    if (!read) return { arguments: given, repairs }
    args = read.value
    repairs.push({ code: 'arguments-text', detail: ['a text of JSON', ...read.mends].join(', ') })
  }
  if (!isJsonObject(args)) return { arguments: args, repairs }
  const unwrapped = unwrap(tool.function.name, args, declared)
  if (unwrapped) {
    args = unwrapped.inner
    repairs.push({ code: 'arguments-nested', detail: `they were inside of "${unwrapped.within}"` })
  }
  if (!isJsonObject(args)) return { arguments: args, repairs }
  return { arguments: readMembers(args, declared, repairs), repairs }
}

const wrappers = ['arguments', 'parameters', 'properties', 'args', 'params', 'input', 'kwargs']

/** What may stand beside the wrapped arguments: a call repeated inside of its own arguments, or the form of a schema. */
function isBesideWrapper(tool: string, key: string, value: Json): boolean {
  return (
    ((key === 'name' || key === 'tool' || key === 'function') && value === tool) ||
    (key === 'type' && (value === 'object' || value === 'function'))
  )
}

/** The arguments inside of `{"arguments": …}`, where the tool declares arguments, and none of this name. */
function unwrap(
  tool: string,
  args: JsonObject,
  declared: JsonObject,
): { inner: Json; within: string } | undefined {
  const within = wrappers.find((name) => Object.hasOwn(args, name))
  if (within === undefined || Object.hasOwn(declared, within)) return undefined
  const others = Object.entries(args).filter(([name]) => name !== within)
  if (!others.every(([name, value]) => isBesideWrapper(tool, name, value))) return undefined
  const value = args[within]
  const inner = typeof value === 'string' ? readJsonText(value)?.value : value
  if (!isJsonObject(inner)) return undefined
  const names = Object.keys(inner)
  const isMeant =
    names.some((name) => Object.hasOwn(declared, name)) || (names.length === 0 && others.length > 0)
  return isMeant ? { inner, within } : undefined
}

/** Reads texts that are nearly the JSON of a declared list or object. Sound JSON is left to the schema's check. */
function readMembers(args: JsonObject, declared: JsonObject, repairs: Repair[]): JsonObject {
  let changed = false
  const members = Object.entries(args).map(([name, value]): [string, Json] => {
    const read = Object.hasOwn(declared, name) ? readMember(value, declared[name]) : undefined
    if (!read) return [name, value]
    changed = true
    repairs.push({ code: 'arguments-text', detail: `"${name.slice(0, 60)}": ${read.mends.join(', ')}` })
    return [name, read.value]
  })
  return changed ? Object.fromEntries(members) : args
}

function readMember(value: Json, schema: Json | undefined): { value: Json; mends: string[] } | undefined {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value) || isSound(value)) return undefined
  const types = typesOf(schema)
  if (types.includes('string')) return undefined
  const read = readJsonText(value)
  if (!read) return undefined
  const isDeclared = types.includes(Array.isArray(read.value) ? 'array' : 'object')
  return isDeclared && typeof read.value === 'object' ? read : undefined
}
