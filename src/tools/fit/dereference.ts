import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'

/**
 * A schema with a `$ref` put in place of the reference: what it points to, and what stands beside it, hold together.
 * Only places in the same schema are followed, written as a JSON Pointer (`#/$defs/place`, RFC 6901); nothing is fetched.
 * Undefined where there is no such place.
 */
export function dereference(root: JsonObject, schema: JsonObject, ref: string): JsonObject | undefined {
  const target = pointedTo(root, ref)
  if (!isJsonObject(target)) return undefined
  const { $ref, ...beside } = schema
  return { ...target, ...beside }
}

function pointedTo(root: JsonObject, ref: string): Json | undefined {
  if (ref !== '#' && !ref.startsWith('#/')) return undefined
  let value: Json | undefined = root
  for (const token of ref.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = Array.isArray(value) ? value[Number(name)] : value[name]
  }
  return value
}
