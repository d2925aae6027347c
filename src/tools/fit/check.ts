import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type Json } from '../../protocol/json.ts'
import { isOfType } from './convert.ts'
import type { PlainSchema } from './plain-schema.ts'
import { listed, shortJson } from './quoted.ts'

/** What the schema expects of a value and does not find, without looking into it: `must be >= 3`. Undefined where all is as expected. */
export function check(schema: PlainSchema, value: Json): string | undefined {
  const { type, enum: values, const: constant } = schema
  if (type && !type.some((name) => isOfType(value, name))) return `must be ${listed(type, 'or')}`
  if (values && !values.includes(value) && !values.some((allowed) => isSame(allowed, value)))
    return `must be ${listed(values.map(shortJson), 'or')}`
  if (constant !== undefined && !isSame(constant, value)) return `must be ${shortJson(constant)}`
  if (isOfType(value, 'number')) return checkNumber(schema, numberOf(value))
  if (typeof value === 'string')
    return checkCount(schema.minLength, schema.maxLength, lengthOf(value), 'characters')
  if (Array.isArray(value)) return checkCount(schema.minItems, schema.maxItems, value.length, 'elements')
  if (!isJsonObject(value)) return undefined
  return checkCount(schema.minProperties, schema.maxProperties, Object.keys(value).length, 'members')
}

function checkNumber(schema: PlainSchema, value: number): string | undefined {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  if (minimum !== undefined && !(value >= minimum)) return `must be >= ${minimum}`
  if (maximum !== undefined && !(value <= maximum)) return `must be <= ${maximum}`
  if (exclusiveMinimum !== undefined && !(value > exclusiveMinimum)) return `must be > ${exclusiveMinimum}`
  if (exclusiveMaximum !== undefined && !(value < exclusiveMaximum)) return `must be < ${exclusiveMaximum}`
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) return `must be a multiple of ${multipleOf}`
  return undefined
}

/** 0.3 is a multiple of 0.1 in spite of rounding errors. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of
  return Math.abs(times - Math.round(times)) < 1e-9
}

function checkCount(
  least = 0,
  most = Number.POSITIVE_INFINITY,
  count: number,
  what: string,
): string | undefined {
  if (count < least) return `must have at least ${least} ${what}`
  return count > most ? `must have at most ${most} ${what}` : undefined
}

/** In characters, as JSON Schema counts: those outside of the basic plane count once. */
function lengthOf(text: string): number {
  let { length } = text
  // A pair of surrogates is one character. Iterating over characters takes ten times as long.
  for (let at = 0; at < text.length; at++) if ((text.codePointAt(at) ?? 0) > 0xffff) length -= 1
  return length
}

function isSame(one: Json, other: Json): boolean {
  if (one === other) return true
  if (isOfType(one, 'number') && isOfType(other, 'number')) return numberOf(one) === numberOf(other)
  return typeof one === 'object' && typeof other === 'object' && isDeepStrictEqual(one, other)
}

function numberOf(value: Json): number {
  return Number(JSON.isRawJSON(value) ? value.rawJSON : value)
}
