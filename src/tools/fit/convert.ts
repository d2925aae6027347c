import { exactNumber, parseExact } from '../../protocol/exact-json.ts'
import { isJsonObject, type Json } from '../../protocol/json.ts'
import type { TypeName } from './keywords.ts'

/** Converts a value to a type. Undefined where that is not possible without guessing. */
export function convert(value: Json, type: TypeName): Json | undefined {
  switch (type) {
    case 'string':
      return toText(value)
    case 'number':
      return toNumber(value)
    case 'integer':
      return toInteger(value)
    case 'boolean':
      return typeof value === 'string' ? toBoolean(value) : undefined
    case 'object':
      return typeof value === 'string' ? parseAs(value, isJsonObject) : undefined
    case 'array':
      return typeof value === 'string' ? parseAs(value, Array.isArray) : undefined
    case 'null':
      return undefined
  }
}

/** True where a value has the type. As in JSON Schema, 3.0 is an integer. */
export function isOfType(value: Json, type: TypeName): boolean {
  switch (type) {
    case 'number':
      return typeof value === 'number' || JSON.isRawJSON(value)
    case 'integer':
      return Number.isInteger(JSON.isRawJSON(value) ? Number(value.rawJSON) : value)
    case 'object':
      return isJsonObject(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    default:
      return typeof value === type
  }
}

/** A list or an object is no text: to write one down as JSON would be a guess. */
function toText(value: Json): string | undefined {
  if (JSON.isRawJSON(value)) return value.rawJSON
  return typeof value === 'number' || typeof value === 'boolean' ? JSON.stringify(value) : undefined
}

/** Decimal notation only: no hexadecimal, no `Infinity`. */
export const decimal = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/** What a double does not hold keeps its digits. */
function toNumber(value: Json): Json | undefined {
  if (JSON.isRawJSON(value)) {
    const exact = exactNumber(value.rawJSON)
    return typeof exact === 'number' ? exact : value
  }
  const [, sign, mantissa, exponent = ''] = (typeof value === 'string' && decimal.exec(value.trim())) || []
  if (mantissa === undefined) return undefined
  const [whole = '', fraction = ''] = mantissa.split('.')
  const digits = `${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction && `.${fraction}`}`
  const text = `${sign === '-' ? '-' : ''}${digits}${exponent}`
  return Number.isFinite(Number(text)) ? exactNumber(text) : undefined
}

/** No exponents that a double does not hold: they may be meant as anything. */
function toInteger(value: Json): Json | undefined {
  const number = toNumber(value)
  if (typeof number === 'number') return Number.isSafeInteger(number) ? number : undefined
  return number !== undefined && JSON.isRawJSON(number) && /^-?\d+$/.test(number.rawJSON) ? number : undefined
}

function toBoolean(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

function parseAs(text: string, isExpected: (value: unknown) => boolean): Json | undefined {
  try {
    const value = parseExact(text)
    return isExpected(value) ? value : undefined
  } catch {
    return undefined
  }
}
