import type { FastifyRequest } from 'fastify'
import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'

/** A hook that runs before the body is validated. */
export async function removeNulls(request: FastifyRequest): Promise<void> {
  request.body = withoutNulls(request.body)
}

/**
 * A body without the members that are null: its own, those of its messages, of their calls and of its tools. Nulls inside arguments,
 * schemas and options stay, because there they can be values.
 */
export function withoutNulls(body: unknown): unknown {
  if (!isJsonObject(body)) return body
  const cleaned = stripped(body)
  if (Array.isArray(cleaned.messages)) cleaned.messages = cleaned.messages.map(cleanMessage)
  if (Array.isArray(cleaned.tools)) cleaned.tools = cleaned.tools.map((tool) => cleanFunction(tool))
  return cleaned
}

function cleanMessage(message: Json): Json {
  if (!isJsonObject(message)) return message
  const cleaned = stripped(message)
  if (Array.isArray(cleaned.tool_calls))
    cleaned.tool_calls = cleaned.tool_calls.map((call) => cleanFunction(call))
  return cleaned
}

function cleanFunction(holder: Json): Json {
  if (!isJsonObject(holder)) return holder
  const cleaned = stripped(holder)
  return isJsonObject(cleaned.function) ? { ...cleaned, function: stripped(cleaned.function) } : cleaned
}

function stripped(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}
