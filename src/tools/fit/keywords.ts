import type { Json, JsonObject } from '../../protocol/json.ts'

/** The types of JSON Schema. */
export type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null'

const typeNames = new Set<unknown>(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])

const isCount = (value: Json) => Number.isSafeInteger(value) && Number(value) >= 0
const isNumber = (value: Json) => typeof value === 'number'

/** The keywords that contain no schemas, each with a check of its value. */
const wellFormed = new Map<string, (value: Json) => boolean>([
  ['const', () => true],
  ['enum', (value) => Array.isArray(value) && value.length > 0],
  ['minimum', isNumber],
  ['maximum', isNumber],
  ['exclusiveMinimum', isNumber],
  ['exclusiveMaximum', isNumber],
  ['multipleOf', (value) => isNumber(value) && Number(value) > 0],
  ['minLength', isCount],
  ['maxLength', isCount],
  ['minItems', isCount],
  ['maxItems', isCount],
  ['minProperties', isCount],
  ['maxProperties', isCount],
])

/** Keywords that contain no schemas. */
export interface OwnKeywords {
  enum?: Json[]
  const?: Json
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  multipleOf?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  maxProperties?: number
}

/** Those of a schema that are well formed. */
export function ownKeywords(schema: JsonObject): OwnKeywords {
  const entries = Object.entries(schema).map(([name, value]): [string, Json] => [name, numberOf(value)])
  return Object.fromEntries(entries.filter(([name, value]) => wellFormed.get(name)?.(value)))
}

/** The declared types; undefined where any type is allowed. `nullable` is a keyword of OpenAPI 3.0. */
export function typesOf({ type, nullable }: JsonObject): TypeName[] | undefined {
  const types = Array.isArray(type) ? type : [type]
  if (types.length === 0 || !types.every(isTypeName)) return undefined
  return [...new Set(nullable === true ? [...types, 'null' as const] : types)]
}

/** The names in `required`. */
export function requiredNames({ required }: JsonObject): string[] {
  const names = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
  return [...new Set(names)].filter((name) => name !== '__proto__')
}

function isTypeName(value: unknown): value is TypeName {
  return typeNames.has(value)
}

/** Bounds are compared as doubles. */
function numberOf(value: Json): Json {
  return JSON.isRawJSON(value) ? Number(value.rawJSON) : value
}
