import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import { convert, isOfType } from './convert.ts'
import { isDeclared, type PlainSchema } from './plain-schema.ts'

/**
 * Converts a value toward the declared types and names of its schema, only where the meaning is unambiguous. A value that cannot
 * be converted stays unchanged, and validation reports it. Returns a new value where anything changes; the argument is not modified.
 */
export function coerce(schema: PlainSchema, value: Json): Json {
  let result = toDeclaredType(schema, value)
  for (const member of schema.allOf ?? []) result = coerce(member, result)
  const branch = onlyMatchingBranch(schema.anyOf ?? [], result)
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

/** The only branch that accepts the value's type; where none does, the only branch except `null`. */
function onlyMatchingBranch(branches: PlainSchema[], value: Json): PlainSchema | undefined {
  const accepting = branches.filter(({ type }) => !type || type.some((name) => isOfType(value, name)))
  if (accepting.length > 0) return accepting.length === 1 ? accepting[0] : undefined
  const others = branches.filter(({ type }) => type?.some((name) => name !== 'null'))
  return others.length === 1 ? others[0] : undefined
}

/**
 * Drops properties that the schema does not declare, unless it allows additional ones. Models invent arguments, and phones decode
 * all arguments of a call as strings: one value of another type makes them ignore the whole line.
 */
function coerceMembers(schema: PlainSchema, value: JsonObject): JsonObject {
  const { properties = {}, additionalProperties: additional } = schema
  const isClosed = additional === false || (additional === undefined && schema.properties !== undefined)
  const members: [string, Json][] = []
  for (const [name, member] of Object.entries(value)) {
    const isRequired = schema.required?.includes(name) ?? false
    const declared = isDeclared(schema, name) ? properties[name] : undefined
    // To set `__proto__` on the copy would change its prototype.
    if (name === '__proto__' || (isClosed && !declared && !isRequired)) continue
    if (declared && member === null && !isRequired && !acceptsNull(declared)) continue
    const memberSchema = declared ?? (typeof additional === 'object' ? additional : undefined)
    members.push([name, memberSchema ? coerce(memberSchema, member) : member])
  }
  return Object.fromEntries(members)
}

function coerceElements({ prefixItems = [], items }: PlainSchema, value: Json[]): Json[] {
  return value.map((element, index) => {
    const elementSchema = prefixItems[index] ?? items
    return elementSchema ? coerce(elementSchema, element) : element
  })
}

/** The spelling of the enum, where the value differs from exactly one of its strings only in upper and lower case. */
function toEnumValue({ enum: values }: PlainSchema, value: Json): Json {
  if (!values || typeof value !== 'string' || values.includes(value)) return value
  const lower = value.toLowerCase()
  const matches = values.filter((allowed) => typeof allowed === 'string' && allowed.toLowerCase() === lower)
  return matches.length === 1 && matches[0] !== undefined ? matches[0] : value
}

function acceptsNull({ type, enum: values, anyOf, allOf = [] }: PlainSchema): boolean {
  return (
    (!type || type.includes('null')) &&
    (!values || values.includes(null)) &&
    (!anyOf || anyOf.some(acceptsNull)) &&
    allOf.every(acceptsNull)
  )
}
