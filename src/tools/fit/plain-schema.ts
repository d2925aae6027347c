import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import { dereference } from './dereference.ts'
import { ownKeywords, requiredNames, type TypeName, typesOf } from './keywords.ts'

/**
 * The part of JSON Schema that arguments are checked with: a finite tree without references, of the 2020-12 draft. It accepts
 * everything that its original schema accepts.
 */
export interface PlainSchema {
  type?: TypeName[]
  enum?: Json[]
  required?: string[]
  properties?: Record<string, PlainSchema>
  /** Absent: not declared, and no other schema describes the same object. */
  additionalProperties?: boolean | PlainSchema
  items?: PlainSchema
  prefixItems?: PlainSchema[]
  allOf?: PlainSchema[]
  anyOf?: PlainSchema[]
}

/**
 * The size limits of a plain schema: nested levels, and the total number of schemas, where ten values of `enum` or names of
 * `required` count as one more. Schemas beyond the limits accept any value.
 */
export interface PlainLimits {
  depth: number
  schemas: number
}

/** The position of a schema in the tree. */
interface SchemaContext {
  /** How many more levels may follow. */
  depth: number
  /** The references from the root to this schema. */
  refs: readonly string[]
  /** True where other schemas describe the same value, so that this one may not declare all of its properties. */
  shared: boolean
}

/** Keywords that are ignored, and can declare further properties. */
const ignoredKeywords = [
  'patternProperties',
  'if',
  'dependentSchemas',
  'dependencies',
  '$dynamicRef',
  '$recursiveRef',
]

/**
 * Converts a schema of any draft into a plain schema. Schemas come from clients and cannot be trusted, so only known keywords
 * are copied. The others are ignored, which makes a schema more lenient, never stricter:
 *
 * - `pattern`, `patternProperties`, `uniqueItems`: a few characters of them can keep a processor busy for hours.
 * - `not`, `if`, and the "exactly one" of `oneOf`, which is read as `anyOf`: inside them, an ignored keyword would make the
 *   schema stricter.
 * - `$ref` to anything outside the same schema. A schema that contains itself is followed once.
 * - `minProperties`: undeclared properties are dropped, so too few might remain.
 * - `format`, `$id`, `$async` and all others; and every keyword whose value is malformed.
 */
export function plainSchema(root: JsonObject, limits: PlainLimits): PlainSchema {
  let remaining = limits.schemas
  return plain(root, { depth: limits.depth, refs: [], shared: false })

  function plain(schema: Json | undefined, context: SchemaContext): PlainSchema {
    if (!isJsonObject(schema)) return {}
    remaining -= cost(schema)
    if (remaining < 0 || context.depth < 0) return {}
    if (typeof schema.$ref === 'string') return plainTarget(schema, schema.$ref, context)
    const type = typesOf(schema)
    const own = { ...ownKeywords(schema), ...(type && { type }) }
    const members = plainMembers(schema, context)
    return {
      ...own,
      ...members,
      ...plainProperties(schema, members, context),
      ...plainItems(schema, context),
    }
  }

  function plainTarget(schema: JsonObject, ref: string, context: SchemaContext): PlainSchema {
    const target = context.refs.includes(ref) ? undefined : dereference(root, schema, ref)
    return target ? plain(target, { ...context, refs: [...context.refs, ref] }) : {}
  }

  function plainMembers(schema: JsonObject, context: SchemaContext): Pick<PlainSchema, 'allOf' | 'anyOf'> {
    const allOf = list(schema.allOf)
    const anyOf = list(schema.anyOf) ?? list(schema.oneOf)
    const sources = Number('properties' in schema) + (allOf?.length ?? 0) + Number(anyOf !== undefined)
    const shared = context.shared || sources > 1 || mayDeclareMore(schema)
    const inside = { ...context, depth: context.depth - 1, shared }
    return {
      ...(allOf && { allOf: allOf.map((member) => plain(member, inside)) }),
      ...(anyOf && { anyOf: anyOf.map((member) => plain(member, inside)) }),
    }
  }

  function plainProperties(schema: JsonObject, members: PlainSchema, context: SchemaContext): PlainSchema {
    const inside = { ...context, depth: context.depth - 1, shared: false }
    const named = isJsonObject(schema.properties) ? Object.entries(schema.properties) : undefined
    if (named && named.length > remaining) return {}
    const result: PlainSchema = {}
    if (named) {
      const safe = named.filter(([name]) => name !== '__proto__')
      result.properties = Object.fromEntries(safe.map(([name, property]) => [name, plain(property, inside)]))
    }
    const additional = schema.additionalProperties
    if (additional === true || 'patternProperties' in schema) result.additionalProperties = true
    else if (isJsonObject(additional)) result.additionalProperties = plain(additional, inside)
    else if (additional === false) result.additionalProperties = false
    else if (context.shared || declaresElsewhere(schema, result, members)) result.additionalProperties = true

    // A required name that is not allowed would make the tool impossible to call.
    const isForbidden = (name: string) => result.additionalProperties === false && !isDeclared(result, name)
    const required = requiredNames(schema).filter((name) => !isForbidden(name))
    return required.length > 0 ? { ...result, required } : result
  }

  function plainItems(schema: JsonObject, context: SchemaContext): PlainSchema {
    const inside = { ...context, depth: context.depth - 1, shared: false }
    // Before the 2020-12 draft, `prefixItems` was an array in `items`, and `items` was `additionalItems`.
    const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined)
    const items = Array.isArray(schema.items) ? schema.additionalItems : schema.items
    const prefixItems = list(tuple)
    if (tuple !== undefined && !prefixItems) return {}
    return {
      ...(prefixItems && { prefixItems: prefixItems.map((item) => plain(item, inside)) }),
      ...(isJsonObject(items) && { items: plain(items, inside) }),
    }
  }

  /** An array of schemas; undefined where there is none, or where it is too long. */
  function list(value: Json | undefined): Json[] | undefined {
    return Array.isArray(value) && value.length > 0 && value.length <= remaining ? value : undefined
  }
}

/** The cost of checking a value with one schema, without the schemas inside it. */
function cost({ enum: values, required }: JsonObject): number {
  const lengths = [values, required].map((names) => (Array.isArray(names) ? names.length : 0))
  return lengths.reduce((sum, length) => sum + length / 10, 1)
}

/** True where the schema's own `properties` declare the property. */
export function isDeclared(schema: PlainSchema, name: string): boolean {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, name)
}

/** True where an ignored keyword may declare properties. Of `anyOf` and `oneOf` together, `oneOf` is ignored. */
function mayDeclareMore(schema: JsonObject): boolean {
  return ignoredKeywords.some((keyword) => keyword in schema) || ('anyOf' in schema && 'oneOf' in schema)
}

/** True where another keyword of the schema declares properties that its `properties` do not. */
function declaresElsewhere(
  schema: JsonObject,
  result: PlainSchema,
  { allOf = [], anyOf = [] }: PlainSchema,
): boolean {
  return (
    mayDeclareMore(schema) ||
    [...allOf, ...anyOf].some(
      (member) =>
        member.properties ||
        member.allOf ||
        member.anyOf ||
        member.required?.some((name) => !isDeclared(result, name)),
    )
  )
}
