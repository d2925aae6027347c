import { isJsonObject, type JsonObject } from '../../protocol/json.ts'
import { pointerTokens, valueAt } from './json-pointer.ts'

/** Keywords that name members of an object: of two schemas, one's cannot take the place of the other's. */
const naming = ['properties', 'required', 'additionalProperties', 'allOf', 'anyOf', 'oneOf']

/**
 * A schema with a `$ref` put in place of the reference: what it points to, and what stands beside it, hold together.
 * Only places in the same schema are followed, written as a JSON Pointer (`#/$defs/place`, RFC 6901); nothing is fetched.
 * Undefined where there is no such place.
 */
export function dereference(root: JsonObject, schema: JsonObject, ref: string): JsonObject | undefined {
  const target = ref === '#' || ref.startsWith('#/') ? valueAt(root, pointerTokens(ref)) : undefined
  if (!isJsonObject(target)) return undefined
  const { $ref, ...beside } = schema
  const both = naming.some((keyword) => keyword in beside && keyword in target)
  return both ? { allOf: [target, beside] } : { ...target, ...beside }
}
