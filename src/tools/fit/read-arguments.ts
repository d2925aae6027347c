import { parseExact } from '../../protocol/exact-json.ts'
import { isJsonObject, type JsonObject } from '../../protocol/json.ts'
import { shortened } from './quoted.ts'

/**
 * Returns the arguments as an object, or a problem. Small models send the object as a JSON string, and no arguments at all for
 * a tool without parameters.
 */
export function readArguments(args: unknown): { object: JsonObject } | { problem: string } {
  const value = typeof args === 'string' ? parseText(args) : args
  if (value === undefined || value === null) return { object: {} }
  if (isJsonObject(value)) return { object: value }
  return { problem: `they must be one JSON object, not ${describe(value)}` }
}

function parseText(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return parseExact(text)
  } catch {
    return text
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'string' ? `the text ${JSON.stringify(shortened(value))}` : `a ${typeof value}`
}
