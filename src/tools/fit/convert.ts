import { isJsonObject, type Json } from '../../protocol/json.ts'
import type { TypeName } from './keywords.ts'

/** Decimal notation only: no hexadecimal, no `Infinity`. */
export const decimal = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Says the same in another type. Undefined where that cannot be done without guessing. */
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
      return typeof value === 'string' ? parsed(value, isJsonObject) : undefined
    case 'array':
      return typeof value === 'string' ? parsed(value, Array.isArray) : undefined
    case 'null':
      return undefined
  }
}

/** True where a value is of a type already. As in JSON Schema, 3.0 is an integer. */
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

/** Only as far as doubles are exact: a long identifier must not become its neighbour. */
function toInteger(text: string): number | undefined {
  const number = toNumber(text)
  return Number.isSafeInteger(number) ? number : undefined
}

function toBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : undefined
}

function parsed(text: string, isRight: (value: unknown) => boolean): Json | undefined {
  try {
    const value: Json = JSON.parse(text)
    return isRight(value) ? value : undefined
  } catch {
    return undefined
  }
}
