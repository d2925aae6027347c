import type { JsonObject } from '../../protocol/json.ts'
import type { RawResponse } from '../../turn/ports/engine.ts'
import { type BatchQueue, createBatchQueue } from './batch-queue.ts'
import { startExchange } from './exchange.ts'
import type { OllamaHost } from './ollama-host.ts'
import { type ReplyLimits, timeoutsFor } from './stream-chat.ts'

/** Passes a request to `/api/generate` through unchanged, and returns its response unread, also an error. */
export function passGenerate(
  host: OllamaHost,
  body: JsonObject,
  limits: ReplyLimits,
  signal: AbortSignal,
): Promise<RawResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>()
  const queue = createBatchQueue<Buffer>({
    maxBytes: limits.maxUnreadBytes,
    onFull: () => exchange.pause(),
    onDrained: () => exchange.resume(),
    onReturn: () => exchange.cancel(),
  })
  const request = { method: 'POST', path: '/api/generate', body } as const
  const exchange = startExchange(host, request, timeoutsFor(body.stream !== false, limits.timeouts), signal, {
    onStart: (status, contentType) => resolve({ status, contentType, body: joinBatches(queue) }),
    onBytes: (bytes) => queue.push([Buffer.from(bytes)], bytes.length),
    onEnd: () => queue.end(),
    onError(error) {
      // Has an effect only before the response begins; after that, the reader gets the error from the queue.
      reject(error)
      if (signal.aborted) queue.abort(error)
      else queue.fail(error)
    },
  })
  return promise
}

function joinBatches({ iterator }: BatchQueue<Buffer>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const batch = await iterator.next()
        return batch.done ? batch : { done: false, value: Buffer.concat(batch.value) }
      },
      return: async () => {
        await iterator.return()
        return { done: true, value: undefined }
      },
    }),
  }
}
