import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../protocol/json.ts'
import { startCheckedExchange } from './checked-exchange.ts'
import type { OllamaRequest } from './exchange.ts'
import type { OllamaHost } from './ollama-host.ts'
import { excerpt } from './parse-line.ts'
import type { Timeouts } from './timeout-keeper.ts'

// `/api/show` can hold a licence, a template and the list of tensors: some hundred kilobytes.
const maxAnswerBytes = 8 * 1024 * 1024

/** Sends a request whose answer is one JSON object. Throws `ChatterdError`s as the engine port tells. */
export function askJson(
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
      if (length > maxAnswerBytes) {
        throw new ChatterdError(
          'engine-failed',
          `Ollama's answer to ${request.path} is longer than ${maxAnswerBytes} bytes`,
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
    // Told below, with the beginning of the text.
  }
  throw new ChatterdError('engine-failed', `Ollama's answer to ${path} is no JSON object: ${excerpt(text)}`)
}
