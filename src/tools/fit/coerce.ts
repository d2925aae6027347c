import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import { convert, isOfType } from './convert.ts'
import { isDeclared, type PlainSchema } from './plain-schema.ts'

/**
 * Brings a value closer to its schema: only toward declared types and names, and only where the meaning is plain. What does not
 * fit is left as it is, for validation to name. Gives a new value where anything changes; the one given is never altered.
 */
export function coerce(schema: PlainSchema, value: Json): Json {
  let result = toDeclaredType(schema, value)
  for (const member of schema.allOf ?? []) result = coerce(member, result)
  const branch = obviousBranch(schema.anyOf ?? [], result)
  if (branch) result = coerce(branch, result)
  if (isJsonObject(result)) return coerceMembers(schema, result)
  if (Array.isArray(result)) return coerceElements(schema, result)
  return toEnumValue(schema, result)
}

function toDeclaredType({ type }: PlainSchema, value: Json): Json {
  if (!type || type.some((name) => isOfType(value, name))) return value
  for (const name of type) {
    const converted = convert(value, name)
    if (converted !== undefined) return converted
  }
  return value
}

/** The one branch that takes the value's type; else the only one there is, `null` aside. */
function obviousBranch(branches: PlainSchema[], value: Json): PlainSchema | undefined {
  const taking = branches.filter(({ type }) => !type || type.some((name) => isOfType(value, name)))
  if (taking.length > 0) return taking.length === 1 ? taking[0] : undefined
  const others = branches.filter(({ type }) => type?.some((name) => name !== 'null'))
  return others.length === 1 ? others[0] : undefined
}

/**
 * Properties that the schema does not declare are dropped, unless it asks for more. Models invent arguments, and phones
 * decode all arguments of a call as strings by name: a single one that is none makes them drop the whole line.
 */
function coerceMembers(schema: PlainSchema, value: JsonObject): JsonObject {
  const { properties = {}, additionalProperties: more } = schema
  const isClosed = more === false || (more === undefined && schema.properties !== undefined)
  const members: [string, Json][] = []
  for (const [name, member] of Object.entries(value)) {
    const isRequired = schema.required?.includes(name) ?? false
    const declared = isDeclared(schema, name) ? properties[name] : undefined
    // Setting `__proto__` on a copy would change what the copy is, not what it holds.
    if (name === '__proto__' || (isClosed && !declared && !isRequired)) continue
    if (declared && member === null && !isRequired && !takesNull(declared)) continue
    const rule = declared ?? (typeof more === 'object' ? more : undefined)
    members.push([name, rule ? coerce(rule, member) : member])
  }
  return Object.fromEntries(members)
}

function coerceElements({ prefixItems = [], items }: PlainSchema, value: Json[]): Json[] {
  return value.map((element, index) => {
    const rule = prefixItems[index] ?? items
    return rule ? coerce(rule, element) : element
  })
}

/** An enum's own spelling, where the value differs from exactly one of its strings in upper and lower case alone. */
function toEnumValue({ enum: values }: PlainSchema, value: Json): Json {
  if (!values || typeof value !== 'string' || values.includes(value)) return value
  const lower = value.toLowerCase()
  const same = values.filter((allowed) => typeof allowed === 'string' && allowed.toLowerCase() === lower)
  return same.length === 1 && same[0] !== undefined ? same[0] : value
}

function takesNull({ type, enum: values, anyOf, allOf = [] }: PlainSchema): boolean {
  return (
    (!type || type.includes('null')) &&
    (!values || values.includes(null)) &&
    (!anyOf || anyOf.some(takesNull)) &&
    allOf.every(takesNull)
  )
}
