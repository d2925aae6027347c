import { isJsonObject, type JsonObject } from '../../protocol/json.ts'
import { shortened } from './quoted.ts'

/**
 * The arguments as an object, or what is wrong with them. Small models send a JSON string of the object, and nothing at all
 * where a tool takes no arguments.
 */
export function readArguments(args: unknown): { object: JsonObject } | { problem: string } {
  const value = typeof args === 'string' ? parsed(args) : args
  if (value === undefined || value === null) return { object: {} }
  if (isJsonObject(value)) return { object: value }
  return { problem: `they must be one JSON object, but came as ${form(value)}` }
}

function parsed(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function form(value: unknown): string {
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'string' ? `the text ${JSON.stringify(shortened(value))}` : `a ${typeof value}`
}
