import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../protocol/json.ts'
import type { Timeouts } from '../http1/deadline.ts'
import { checkedRequest } from './checked-request.ts'
import { excerpt } from './error-words.ts'
import type { OllamaHost, OllamaRequest } from './ollama-request.ts'

// `/api/show` can contain a licence, a template and the list of tensors: some hundred kilobytes.
const maxResponseBytes = 8 * 1024 * 1024

/** Sends a request and reads its response, one JSON object. Rejects with the `ChatterdError`s of the engine port. */
export async function fetchJson(
  host: OllamaHost,
  request: OllamaRequest,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { body } = await checkedRequest(host, request, timeouts, signal)
  const chunks: Buffer[] = []
  let length = 0
  for await (const bytes of body) {
    length += bytes.length
    if (length > maxResponseBytes) {
      throw new ChatterdError(
        'engine-failed',
        `Ollama's response to ${request.path} is longer than ${maxResponseBytes} bytes`,
      )
    }
    chunks.push(bytes)
  }
  return parseObject(request.path, Buffer.concat(chunks).toString())
}

function parseObject(path: string, text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch {
    // Reported below, with the beginning of the text.
  }
  throw new ChatterdError(
    'engine-failed',
    `Ollama's response to ${path} is not a JSON object: ${excerpt(text)}`,
  )
}
