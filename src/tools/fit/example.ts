import type { Json, JsonObject } from '../../protocol/json.ts'
import { fitValue } from './fit-value.ts'
import type { TypeName } from './keywords.ts'
import { declaredMembers, type PlainSchema } from './plain-schema.ts'

/** Levels of an example, and its characters as JSON: a longer one says less than the list of arguments. */
const limits = { depth: 4, characters: 300, checks: 1_000 }

/** Arguments that fit a schema, as JSON: the required ones, or else the first one. Undefined where none is simple. */
export function exampleArguments(schema: PlainSchema): string | undefined {
  const example = objectOf(schema, 0)
  if (Object.keys(example).length === 0) return undefined
  const budget = { checks: limits.checks }
  if (fitValue(schema, example, budget) !== example || budget.checks < 0) return undefined
  const text = JSON.stringify(example)
  return text.length > limits.characters ? undefined : text
}

function objectOf(schema: PlainSchema, depth: number): JsonObject {
  const { properties, required } = declaredMembers(schema)
  const [first] = Object.keys(properties)
  const names = required.length > 0 ? required : depth === 0 && first !== undefined ? [first] : []
  return Object.fromEntries(
    names.map((name) => [
      name,
      exampleOf(Object.hasOwn(properties, name) ? (properties[name] ?? {}) : {}, depth + 1),
    ]),
  )
}

function exampleOf(schema: PlainSchema, depth: number): Json {
  const { enum: values, const: constant, anyOf, allOf } = schema
  if (constant !== undefined) return constant
  const [first] = values ?? []
  if (first !== undefined) return first
  const part = anyOf?.[0] ?? allOf?.find(({ type, enum: listed }) => type ?? listed)
  if (part && depth < limits.depth) return exampleOf(part, depth + 1)
  return exampleOfType(schema.type?.[0], schema, depth)
}

function exampleOfType(type: TypeName | undefined, schema: PlainSchema, depth: number): Json {
  switch (type) {
    case 'number':
    case 'integer':
      return Math.ceil(schema.minimum ?? Math.min(1, schema.maximum ?? 1))
    case 'boolean':
      return true
    case 'array':
      return depth < limits.depth ? [exampleOf(schema.prefixItems?.[0] ?? schema.items ?? {}, depth + 1)] : []
    case 'object':
      return depth < limits.depth ? objectOf(schema, depth) : {}
    case 'null':
      return null
    default:
      return '…'.repeat(Math.min(Math.max(1, schema.minLength ?? 1), limits.characters))
  }
}
