import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'
import { type Document, UnusableOperation } from './document.ts'
import { isReadOnly, plainKeywords } from './plain-keywords.ts'

/** The most schemas of one tool whose references are replaced by what they lead to, and of one tool at all. */
const maxInline = 500
const maxSchemas = 1_000

const ofSchemas = ['properties', 'patternProperties']
const ofSchemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const ofOneSchema = ['items', 'additionalProperties', 'not']

class TooLarge extends UnusableOperation {}

/**
 * Makes the schema of a tool's arguments with what converts schemas of OpenAPI 3.0 and 3.1 into JSON Schemas. References are replaced by what they lead to, which models and engines
 * understand best, except for those that lead to themselves, and all where the schema would be too large: these lead to its `$defs`.
 *
 * @throws UnusableOperation
 */
export function convertSchemas(
  document: Document,
  make: (convert: (schema: Json | undefined) => JsonObject) => JsonObject,
): JsonObject {
  try {
    return convertOnce(document, make, { inlines: true, limit: maxInline })
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error
    return convertOnce(document, make, { inlines: false, limit: maxSchemas })
  }
}

function convertOnce(
  document: Document,
  make: Parameters<typeof convertSchemas>[1],
  { inlines, limit }: { inlines: boolean; limit: number },
): JsonObject {
  /** Names in `$defs`, by references; in order, and those from `defined` on are not converted yet. */
  const names = new Map<string, string>()
  let remaining = limit

  const schema = make(convert)
  const definitions: JsonObject = {}
  // While they are converted, there come more of them.
  for (const [ref, name] of names) definitions[name] = convert(document.target(ref))
  return names.size > 0 ? { ...schema, $defs: definitions } : schema

  function convert(written: Json | undefined): JsonObject {
    remaining -= 1
    if (remaining < 0) throw new TooLarge(`its arguments have more than ${maxSchemas} schemas`)
    // `true` and `false` are schemas too.
    if (written === false) return { not: {} }
    if (!isJsonObject(written)) return {}
    if (typeof written.$ref === 'string') return convertReference(written, written.$ref)
    return withNull(written, { ...plainKeywords(written), ...parts(written) })
  }

  function convertReference(written: JsonObject, ref: string): JsonObject {
    const beside = typeof written.description === 'string' ? { description: written.description } : {}
    if (inlines && !document.isRecursive(ref)) return { ...convert(document.target(ref)), ...beside }
    // It has to lead to something.
    document.target(ref)
    const name = names.get(ref) ?? freeName(ref, new Set(names.values()))
    names.set(ref, name)
    return { $ref: `#/$defs/${name}`, ...beside }
  }

  function parts(written: JsonObject): JsonObject {
    const converted: JsonObject = {}
    for (const [keyword, value] of Object.entries(written)) {
      if (ofSchemas.includes(keyword) && isJsonObject(value)) converted[keyword] = members(value)
      if (ofSchemaLists.includes(keyword) && Array.isArray(value) && value.length > 0)
        converted[keyword] = value.map(convert)
      if (ofOneSchema.includes(keyword) && isJsonObject(value)) converted[keyword] = convert(value)
      if (keyword === 'additionalProperties' && typeof value === 'boolean') converted[keyword] = value
    }
    const { required } = written
    if (!Array.isArray(required)) return converted
    // What is only read is not sent.
    const sent = required.filter((name) => typeof name === 'string' && !isReadOnlyMember(written, name))
    return sent.length > 0 ? { ...converted, required: [...new Set(sent)] } : converted
  }

  function members(value: JsonObject): JsonObject {
    const sent = Object.entries(value).filter(([name, schema]) => name !== '__proto__' && !isReadOnly(schema))
    return Object.fromEntries(sent.map(([name, schema]) => [name, convert(schema)]))
  }
}

function isReadOnlyMember({ properties }: JsonObject, name: string): boolean {
  return isJsonObject(properties) && Object.hasOwn(properties, name) && isReadOnly(properties[name])
}

/** `nullable` of OpenAPI 3.0. */
function withNull(written: JsonObject, schema: JsonObject): JsonObject {
  if (written.nullable !== true) return schema
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] }
  const values = Array.isArray(schema.enum) ? { enum: [...new Set([...schema.enum, null])] } : {}
  return { ...schema, type: [schema.type, 'null'], ...values }
}

/** The last part of a reference, which no other definition has. */
function freeName(ref: string, taken: ReadonlySet<string>): string {
  const name = ref.slice(ref.lastIndexOf('/') + 1).replace(/[^\w.-]/g, '_') || 'schema'
  let free = name
  for (let number = 2; taken.has(free); number++) free = `${name}_${number}`
  return free
}
