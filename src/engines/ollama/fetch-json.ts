import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../protocol/json.ts'
import { startCheckedExchange } from './checked-exchange.ts'
import type { OllamaRequest } from './exchange.ts'
import type { OllamaHost } from './ollama-host.ts'
import { excerpt } from './parse-line.ts'
import type { Timeouts } from './timeout-keeper.ts'

// `/api/show` can contain a licence, a template and the list of tensors: some hundred kilobytes.
const maxResponseBytes = 8 * 1024 * 1024

/** Sends a request and reads its response, one JSON object. Rejects with the `ChatterdError`s of the engine port. */
export function fetchJson(
  host: OllamaHost,
  request: OllamaRequest,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>()
  const chunks: Buffer[] = []
  let length = 0
  startCheckedExchange(host, request, timeouts, signal, {
    onBytes(bytes) {
      length += bytes.length
      if (length > maxResponseBytes) {
        throw new ChatterdError(
          'engine-failed',
          `Ollama's response to ${request.path} is longer than ${maxResponseBytes} bytes`,
        )
      }
      chunks.push(Buffer.from(bytes))
    },
    onEnd: () => resolve(parseObject(request.path, Buffer.concat(chunks).toString())),
    onError: reject,
  })
  return promise
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
