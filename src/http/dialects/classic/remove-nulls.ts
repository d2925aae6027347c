import type { FastifyRequest } from 'fastify'
import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'

/** To be done before a body is checked. */
export async function removeNulls(request: FastifyRequest): Promise<void> {
  request.body = withoutNulls(request.body)
}

/**
 * A request's body without the nulls that stand for absent fields: its own, those of its messages, their calls and its
 * tools. Nulls that are a value of a stranger's (arguments, schemas, options) stay.
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
