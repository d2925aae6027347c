import type { JsonObject } from '../../protocol/json.ts'
import type { RawAnswer } from '../../turn/ports/engine.ts'
import { type BatchQueue, createBatchQueue } from './batch-queue.ts'
import { startExchange } from './exchange.ts'
import type { OllamaHost } from './ollama-host.ts'
import { type AnswerLimits, timeoutsFor } from './stream-chat.ts'

/** Passes a request to `/api/generate` on as it is, and its answer back unread, whatever its status. */
export function passGenerate(
  host: OllamaHost,
  body: JsonObject,
  limits: AnswerLimits,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  const queue = createBatchQueue<Buffer>({
    maxBytes: limits.maxUnreadBytes,
    onFull: () => exchange.pause(),
    onDrained: () => exchange.resume(),
    onLeave: () => exchange.cancel(),
  })
  const request = { method: 'POST', path: '/api/generate', body } as const
  const exchange = startExchange(host, request, timeoutsFor(body.stream !== false, limits.timeouts), signal, {
    onStart: (status, contentType) => resolve({ status, contentType, body: joined(queue) }),
    onBytes: (bytes) => queue.push([Buffer.from(bytes)], bytes.length),
    onEnd: () => queue.end(),
    onError(error) {
      // Before the answer began there is no reader yet; after it, rejecting does nothing.
      reject(error)
      if (signal.aborted) queue.abort(error)
      else queue.fail(error)
    },
  })
  return promise
}

function joined({ iterator }: BatchQueue<Buffer>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const read = await iterator.next()
        return read.done ? read : { done: false, value: Buffer.concat(read.value) }
      },
      return: async () => {
        await iterator.return()
        return { done: true, value: undefined }
      },
    }),
  }
}
