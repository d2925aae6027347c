import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
/** Longer examples cost more than they help, in characters of JSON. */
const maxExample = 200

/** Keywords without schemas inside that models understand; all others mean something to OpenAPI alone. */
const plain = [
  ...['format', 'title', 'description', 'enum', 'const', 'default', 'examples', 'pattern', 'multipleOf'],
  ...['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength', 'minItems'],
  ...['maxItems', 'uniqueItems', 'minProperties', 'maxProperties', 'deprecated'],
]

/** The keywords of a schema of OpenAPI 3.0 or 3.1 that contain no schemas, as JSON Schema has them. */
export function plainKeywords(written: JsonObject): JsonObject {
  const kept = Object.entries(written).filter(([name]) => plain.includes(name))
  const keywords: JsonObject = { ...typeOf(written.type), ...Object.fromEntries(kept) }
  if (written.example !== undefined && !('examples' in keywords)) keywords.examples = [written.example]
  if (!isShortList(keywords.examples)) delete keywords.examples
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const)
    takeExclusive(keywords, bound, exclusive)
  return keywords
}

/** In OpenAPI 3.0, it is true where the bound itself is excluded. */
function takeExclusive(keywords: JsonObject, bound: string, exclusive: string): void {
  const [value, excluded] = [keywords[bound], keywords[exclusive]]
  if (typeof excluded !== 'boolean') return
  delete keywords[exclusive]
  if (!excluded || value === undefined) return
  keywords[exclusive] = value
  delete keywords[bound]
}

function typeOf(type: Json | undefined): JsonObject {
  const named = Array.isArray(type) ? type : [type]
  const isKnown = named.length > 0 && named.every((each) => typeof each === 'string' && types.includes(each))
  return isKnown && type !== undefined ? { type } : {}
}

function isShortList(examples: Json | undefined): boolean {
  return Array.isArray(examples) && examples.length > 0 && JSON.stringify(examples).length <= maxExample
}

/** True for a member that responses have, and requests have not. */
export function isReadOnly(schema: Json | undefined): boolean {
  return isJsonObject(schema) && schema.readOnly === true
}
