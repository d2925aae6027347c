import { isJsonObject, type Json } from '../../protocol/json.ts'
import type { TypeName } from './keywords.ts'

/** Decimal notation only: no hexadecimal, no `Infinity`. */
export const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Converts a value to another type. Undefined where that is not possible without guessing. */
export function convert(value: Json, type: TypeName): Json | undefined {
  switch (type) {
    case 'string':
      return toText(value)
    case 'number':
      return typeof value === 'string' ? toNumber(value) : undefined
    case 'integer':
      return typeof value === 'string' ? toInteger(value) : undefined
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
    case 'integer':
      return Number.isInteger(value)
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

function toText(value: Json): string | undefined {
  return value === null || typeof value === 'string' ? undefined : JSON.stringify(value)
}

function toNumber(text: string): number | undefined {
  const trimmed = text.trim()
  const number = Number(trimmed)
  return decimal.test(trimmed) && Number.isFinite(number) ? number : undefined
}

/** Only safe integers: a long identifier must not be rounded to another one. */
function toInteger(text: string): number | undefined {
  const number = toNumber(text)
  return Number.isSafeInteger(number) ? number : undefined
}

function toBoolean(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase()
  return lower === 'true' ? true : lower === 'false' ? false : undefined
}

function parseAs(text: string, isExpected: (value: unknown) => boolean): Json | undefined {
  try {
    const value: Json = JSON.parse(text)
    return isExpected(value) ? value : undefined
  } catch {
    return undefined
  }
}
