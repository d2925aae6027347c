import { createHash } from 'node:crypto'
import { isJsonObject, type Json, type JsonObject } from '../protocol/json.ts'

/**
 * Of a tool's name and the arguments of a call, for who approves it: SHA-256, as hex, of the JSON text `[name, arguments]` without white
 * space, with the members of all objects sorted by the code units of their names. Numbers keep the digits that they were written with.
 */
export function callHash(name: string, args: JsonObject): string {
  return createHash('sha256')
    .update(sortedJson([name, args]))
    .digest('hex')
}

function sortedJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${sortedJson(member)}`).join(',')}}`
}
