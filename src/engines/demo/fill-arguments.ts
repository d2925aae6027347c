import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { Facts } from './facts.ts'

/** Arguments for a tool, or the names of the required ones that nothing is known for. */
export interface Filled {
  arguments: JsonObject
  missing: string[]
}

// Properties for which a number may stand though their type is a string.
const numeric = /\b(?:lat(?:itude)?|lon(?:g|gitude)?|lng|number|amount|count|degrees?|coordinates?)\b/i

/**
 * Fills a tool's arguments by name from `facts`, the first that fits winning; what is required and has no name in them takes
 * the next number or phrase of `asked` that fits its type. Optional ones are filled by name only.
 */
export function fillArguments(tool: ToolSchema, facts: Facts[], asked: Facts): Filled {
  const parameters = tool.function.parameters ?? {}
  const properties = isJsonObject(parameters.properties) ? parameters.properties : {}
  const required = Array.isArray(parameters.required)
    ? parameters.required.filter((name) => typeof name === 'string')
    : []
  const filled: Filled = { arguments: {}, missing: [] }
  const taken = new Set<string>()

  const candidates = Object.entries(properties)
    .map(([name, property]) => ({
      name,
      values: byName(name, isJsonObject(property) ? property : {}, facts),
    }))
    .sort((one, other) => one.values.length - other.values.length)
  // The surest first: in `sides 20 count 3` only 20 stands with sides, so 3 is left for count.
  for (const { name, values } of candidates) {
    const value = values.find((candidate) => !taken.has(String(candidate))) ?? values[0]
    if (value === undefined) continue
    filled.arguments[name] = value
    taken.add(String(value))
  }
  const free = {
    numbers: asked.numbers.filter((text) => !taken.has(text)),
    phrases: asked.phrases.filter((text) => !taken.has(text) && !(text in properties)),
  }
  for (const name of required) {
    if (name in filled.arguments) continue
    const property = properties[name]
    const value = byPlace(name, isJsonObject(property) ? property : {}, free)
    if (value === undefined) filled.missing.push(name)
    else filled.arguments[name] = value
  }
  return filled
}

/** The different values that stand with a name in the first of the facts that have any. */
function byName(name: string, schema: JsonObject, facts: Facts[]): Json[] {
  for (const { named } of facts) {
    const values = named
      .filter((fact) => sameName(name, fact.name) && fact.value !== name)
      .map(({ value }) => toType(schema, value))
      .filter((value) => value !== undefined)
    if (values.length > 0) return [...new Set(values)]
  }
  return []
}

function byPlace(
  name: string,
  schema: JsonObject,
  free: Pick<Facts, 'numbers' | 'phrases'>,
): Json | undefined {
  const text = typeOf(schema) === 'string'
  const words = `${name} ${schema.description ?? ''}`.replaceAll(/(?<=[a-z])(?=[A-Z])|_/g, ' ')
  const isNumeric = !text || numeric.test(words)
  const sources = isNumeric ? [free.numbers] : []
  if (text && !isNumeric) sources.push(free.phrases)
  for (const source of sources) {
    const index = source.findIndex((candidate) => toType(schema, candidate) !== undefined)
    const [found] = index === -1 ? [] : source.splice(index, 1)
    if (found !== undefined) return toType(schema, found)
  }
  return undefined
}

/** Equal but for case and signs, or one the beginning of the other: `lat` and `latitude`. */
function sameName(one: string, other: string): boolean {
  const [short = '', long = ''] = [plain(one), plain(other)].sort((a, b) => a.length - b.length)
  return short === long || (short.length >= 3 && long.startsWith(short))
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
}

function typeOf(schema: JsonObject): Json | undefined {
  return Array.isArray(schema.type) ? schema.type.find((type) => type !== 'null') : schema.type
}

function toType(schema: JsonObject, value: Json): Json | undefined {
  const typed = convert(typeOf(schema), value)
  return Array.isArray(schema.enum) && !schema.enum.includes(typed ?? null) ? undefined : typed
}

function convert(type: Json | undefined, value: Json): Json | undefined {
  const number = typeof value === 'object' || value === '' ? Number.NaN : Number(value)
  switch (type) {
    case 'string':
      return typeof value === 'object' ? undefined : String(value)
    case 'number':
      return Number.isFinite(number) ? number : undefined
    case 'integer':
      return Number.isSafeInteger(number) ? number : undefined
    case 'boolean':
      return /^(true|yes|on)$/i.test(String(value))
        ? true
        : /^(false|no|off)$/i.test(String(value))
          ? false
          : undefined
    case 'array':
      return Array.isArray(value) ? value : undefined
    case 'object':
      return isJsonObject(value) ? value : undefined
    default:
      return value
  }
}
