import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import { dereference } from './dereference.ts'
import { type OwnKeywords, ownKeywords, requiredNames, type TypeName, typesOf } from './keywords.ts'

/**
 * The part of JSON Schema that arguments are checked with: a finite tree without references, of the 2020-12 draft. It accepts
 * everything that its original schema accepts. One with `allOf` or `anyOf` has no other keyword: what stood beside is in `allOf` too.
 */
export interface PlainSchema extends OwnKeywords {
  type?: TypeName[]
  required?: string[]
  properties?: Record<string, PlainSchema>
  /** Of members that `properties` does not have. False: there may be none; absent: any. */
  additionalProperties?: false | PlainSchema
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
}

/**
 * Converts a schema of any draft into a plain schema. Schemas come from clients and cannot be trusted, so only known keywords
 * are copied. The others are ignored, which makes a schema more lenient, never stricter:
 *
 * - `pattern`, `patternProperties`, `uniqueItems`: a few characters of them can keep a processor busy for hours.
 * - `not`, `if`, and the "exactly one" of `oneOf`, which is read as `anyOf`: inside them, an ignored keyword would make the
 *   schema stricter.
 * - `$ref` to anything outside the same schema. A schema that contains itself is followed once.
 * - `format`, `$id`, `$async` and all others; and every keyword whose value is malformed.
 */
export function plainSchema(root: JsonObject, limits: PlainLimits): PlainSchema {
  let remaining = limits.schemas
  return plain(root, { depth: limits.depth, refs: [] })

  function plain(schema: Json | undefined, context: SchemaContext): PlainSchema {
    if (!isJsonObject(schema)) return {}
    remaining -= cost(schema)
    if (remaining < 0 || context.depth < 0) return {}
    if (typeof schema.$ref === 'string') return plainTarget(schema, schema.$ref, context)
    const type = typesOf(schema)
    const inside = { ...context, depth: context.depth - 1 }
    const own: PlainSchema = {
      ...ownKeywords(schema),
      ...(type && { type }),
      ...plainProperties(schema, inside),
      ...plainItems(schema, inside),
    }
    const allOf = list(schema.allOf)?.map((member) => plain(member, inside)) ?? []
    const anyOf = (list(schema.anyOf) ?? list(schema.oneOf))?.map((member) => plain(member, inside))
    const parts = [own, ...allOf, ...(anyOf ? [{ anyOf }] : [])].filter(
      (part) => Object.keys(part).length > 0,
    )
    return parts.length > 1 ? { allOf: parts } : (parts[0] ?? {})
  }

  function plainTarget(schema: JsonObject, ref: string, context: SchemaContext): PlainSchema {
    const target = context.refs.includes(ref) ? undefined : dereference(root, schema, ref)
    return target ? plain(target, { ...context, refs: [...context.refs, ref] }) : {}
  }

  function plainProperties(schema: JsonObject, inside: SchemaContext): PlainSchema {
    const named = isJsonObject(schema.properties) ? Object.entries(schema.properties) : undefined
    if (named && named.length > remaining) return {}
    const result: PlainSchema = {}
    if (named) {
      const safe = named.filter(([name]) => name !== '__proto__')
      result.properties = Object.fromEntries(safe.map(([name, property]) => [name, plain(property, inside)]))
    }
    const additional = schema.additionalProperties
    if (isJsonObject(additional)) result.additionalProperties = plain(additional, inside)
    else if (additional === false) result.additionalProperties = false
    // It may declare further members.
    if ('patternProperties' in schema) delete result.additionalProperties

    // A required name that is not allowed would make the tool impossible to call.
    const isForbidden = (name: string) => result.additionalProperties === false && !isDeclared(result, name)
    const required = requiredNames(schema).filter((name) => !isForbidden(name))
    return required.length > 0 ? { ...result, required } : result
  }

  function plainItems(schema: JsonObject, inside: SchemaContext): PlainSchema {
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

/** The members that a schema declares, and those that it requires, also where it is made of several. */
export function declaredMembers({ properties = {}, required = [], allOf = [] }: PlainSchema): {
  properties: Record<string, PlainSchema>
  required: string[]
} {
  const parts = allOf.map(declaredMembers)
  return {
    properties: Object.assign({}, properties, ...parts.map((part) => part.properties)),
    required: [...required, ...parts.flatMap((part) => part.required)],
  }
}
