import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import { dereference } from './dereference.ts'
import { ownKeywords, requiredNames, type TypeName, typesOf } from './keywords.ts'

/**
 * The part of JSON Schema that arguments are held against: a finite tree without references, of the 2020-12 draft. It never
 * refuses what the schema that it was made of accepts.
 */
export interface PlainSchema {
  type?: TypeName[]
  enum?: Json[]
  required?: string[]
  properties?: Record<string, PlainSchema>
  /** Absent: nothing is said, and no other schema speaks of the same object. */
  additionalProperties?: boolean | PlainSchema
  items?: PlainSchema
  prefixItems?: PlainSchema[]
  allOf?: PlainSchema[]
  anyOf?: PlainSchema[]
}

/**
 * How large a plain schema may grow: levels inside each other, and schemas in all, where ten names of `enum` or `required` count
 * as one more. What lies beyond accepts anything.
 */
export interface PlainLimits {
  depth: number
  schemas: number
}

/** Where in the tree a schema stands. */
interface Place {
  depth: number
  /** The references that were followed on the way here. */
  refs: readonly string[]
  /** Other schemas speak of the same value, so this one does not know all of its properties. */
  shared: boolean
}

/** Keywords that are not followed here, and can name further properties. */
const unfollowed = [
  'patternProperties',
  'if',
  'dependentSchemas',
  'dependencies',
  '$dynamicRef',
  '$recursiveRef',
]

/**
 * Makes a schema plain, of any draft. Schemas come from strangers, so this takes over what it knows, keyword by keyword,
 * and forgets the rest. What is forgotten makes a schema more lenient, never stricter:
 *
 * - `pattern`, `patternProperties`, `uniqueItems`: a few characters of them can keep a processor busy for hours.
 * - `not`, `if`, and the "exactly one" of `oneOf`, which is read as `anyOf`: they turn round what was forgotten inside them.
 * - `$ref` to anything but a place in the same schema. A schema that contains itself is followed once.
 * - `minProperties`: properties that are not declared are dropped, and would be missed.
 * - `format`, `$id`, `$async` and everything else; and any keyword whose value is malformed.
 */
export function plainSchema(root: JsonObject, limits: PlainLimits): PlainSchema {
  let left = limits.schemas
  return plain(root, { depth: limits.depth, refs: [], shared: false })

  function plain(schema: Json | undefined, place: Place): PlainSchema {
    if (!isJsonObject(schema)) return {}
    left -= cost(schema)
    if (left < 0 || place.depth < 0) return {}
    if (typeof schema.$ref === 'string') return plainTarget(schema, schema.$ref, place)
    const type = typesOf(schema)
    const own = { ...ownKeywords(schema), ...(type && { type }) }
    const members = plainMembers(schema, place)
    return { ...own, ...members, ...plainProperties(schema, members, place), ...plainItems(schema, place) }
  }

  function plainTarget(schema: JsonObject, ref: string, place: Place): PlainSchema {
    const target = place.refs.includes(ref) ? undefined : dereference(root, schema, ref)
    return target ? plain(target, { ...place, refs: [...place.refs, ref] }) : {}
  }

  function plainMembers(schema: JsonObject, place: Place): Pick<PlainSchema, 'allOf' | 'anyOf'> {
    const allOf = list(schema.allOf)
    const anyOf = list(schema.anyOf) ?? list(schema.oneOf)
    const speakers = Number('properties' in schema) + (allOf?.length ?? 0) + Number(anyOf !== undefined)
    const shared = place.shared || speakers > 1 || namesUnfollowed(schema)
    const inside = { ...place, depth: place.depth - 1, shared }
    return {
      ...(allOf && { allOf: allOf.map((member) => plain(member, inside)) }),
      ...(anyOf && { anyOf: anyOf.map((member) => plain(member, inside)) }),
    }
  }

  function plainProperties(schema: JsonObject, members: PlainSchema, place: Place): PlainSchema {
    const inside = { ...place, depth: place.depth - 1, shared: false }
    const named = isJsonObject(schema.properties) ? Object.entries(schema.properties) : undefined
    if (named && named.length > left) return {}
    const result: PlainSchema = {}
    if (named) {
      const safe = named.filter(([name]) => name !== '__proto__')
      result.properties = Object.fromEntries(safe.map(([name, property]) => [name, plain(property, inside)]))
    }
    const more = schema.additionalProperties
    if (more === true || 'patternProperties' in schema) result.additionalProperties = true
    else if (isJsonObject(more)) result.additionalProperties = plain(more, inside)
    else if (more === false) result.additionalProperties = false
    else if (place.shared || namesMore(schema, result, members)) result.additionalProperties = true

    // A name that is required and ruled out at once would make the tool impossible to call.
    const ruledOut = (name: string) => result.additionalProperties === false && !isDeclared(result, name)
    const required = requiredNames(schema).filter((name) => !ruledOut(name))
    return required.length > 0 ? { ...result, required } : result
  }

  function plainItems(schema: JsonObject, place: Place): PlainSchema {
    const inside = { ...place, depth: place.depth - 1, shared: false }
    // Before the 2020-12 draft a list of `items` was what is `prefixItems` now, and `additionalItems` was `items`.
    const tuple = schema.prefixItems ?? (Array.isArray(schema.items) ? schema.items : undefined)
    const items = Array.isArray(schema.items) ? schema.additionalItems : schema.items
    const prefixItems = list(tuple)
    if (tuple !== undefined && !prefixItems) return {}
    return {
      ...(prefixItems && { prefixItems: prefixItems.map((item) => plain(item, inside)) }),
      ...(isJsonObject(items) && { items: plain(items, inside) }),
    }
  }

  /** A list of schemas, where there is one that is not too long. */
  function list(value: Json | undefined): Json[] | undefined {
    return Array.isArray(value) && value.length > 0 && value.length <= left ? value : undefined
  }
}

/** What checking a value against one schema costs, without those inside it. */
function cost({ enum: values, required }: JsonObject): number {
  const lengths = [values, required].map((names) => (Array.isArray(names) ? names.length : 0))
  return lengths.reduce((sum, length) => sum + length / 10, 1)
}

/** True where a schema's own `properties` name the property. */
export function isDeclared(schema: PlainSchema, name: string): boolean {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, name)
}

/** True where a schema may name properties in a place that is not followed; of `anyOf` and `oneOf` only one is. */
function namesUnfollowed(schema: JsonObject): boolean {
  return unfollowed.some((keyword) => keyword in schema) || ('anyOf' in schema && 'oneOf' in schema)
}

/** True where what stands beside an object's `properties` names properties that these do not. */
function namesMore(
  schema: JsonObject,
  result: PlainSchema,
  { allOf = [], anyOf = [] }: PlainSchema,
): boolean {
  return (
    namesUnfollowed(schema) ||
    [...allOf, ...anyOf].some(
      (member) =>
        member.properties ||
        member.allOf ||
        member.anyOf ||
        member.required?.some((name) => !isDeclared(result, name)),
    )
  )
}
