import { isJsonObject, type JsonObject } from '../../protocol/json.ts'
import { pointerTokens, valueAt } from './json-pointer.ts'

/** Keywords that both schemas may have: those of one must not replace those of the other. */
const combined = ['properties', 'required', 'additionalProperties', 'allOf', 'anyOf', 'oneOf']

/**
 * Replaces a schema with a `$ref` by the schema that it refers to, combined with the keywords beside the `$ref`. Only references
 * into the same schema are followed, written as a JSON Pointer (`#/$defs/place`, RFC 6901); nothing is fetched. Undefined where
 * the reference points to no schema.
 */
export function dereference(root: JsonObject, schema: JsonObject, ref: string): JsonObject | undefined {
  const target = ref === '#' || ref.startsWith('#/') ? valueAt(root, pointerTokens(ref)) : undefined
  if (!isJsonObject(target)) return undefined
  const { $ref, ...beside } = schema
  const both = combined.some((keyword) => keyword in beside && keyword in target)
  return both ? { allOf: [target, beside] } : { ...target, ...beside }
}
