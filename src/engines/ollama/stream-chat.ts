import type { ChatRequest, EnginePart } from '../../turn/ports/engine.ts'
import { createBatchQueue } from './batch-queue.ts'
import { startCheckedExchange } from './checked-exchange.ts'
import type { OllamaRequest } from './exchange.ts'
import type { OllamaHost } from './ollama-host.ts'
import { createReplyDecoder } from './reply-decoder.ts'
import type { Timeouts } from './timeout-keeper.ts'

/** The limits of one reply. */
export interface ReplyLimits {
  timeouts: Timeouts
  maxLineBytes: number
  /** The socket is paused while more bytes than this are unread. */
  maxUnreadBytes: number
}

/** Prompts the model with `/api/chat`. Each iteration sends the request once; ending it early closes the connection. */
export function streamChat(
  host: OllamaHost,
  request: ChatRequest,
  limits: ReplyLimits,
  signal: AbortSignal,
): AsyncIterable<EnginePart[]> {
  return { [Symbol.asyncIterator]: () => iterate(host, request, limits, signal) }
}

function iterate(
  host: OllamaHost,
  request: ChatRequest,
  limits: ReplyLimits,
  signal: AbortSignal,
): AsyncIterator<EnginePart[]> {
  let batch: EnginePart[] = []
  const decoder = createReplyDecoder({
    maxLineBytes: limits.maxLineBytes,
    onPart: (part) => batch.push(part),
  })
  const queue = createBatchQueue<EnginePart>({
    maxBytes: limits.maxUnreadBytes,
    onFull: () => exchange.pause(),
    onDrained: () => exchange.resume(),
    onReturn: () => exchange.cancel(),
  })

  /** Parts that are decoded before an error are still given to the reader. */
  function pushParts(decode: () => void, bytes: number): void {
    try {
      decode()
    } finally {
      queue.push(batch, bytes)
      batch = []
    }
  }

  const exchange = startCheckedExchange(
    host,
    chatRequest(request),
    timeoutsFor(request.stream, limits.timeouts),
    signal,
    {
      onBytes(bytes) {
        pushParts(() => decoder.feed(bytes), bytes.length)
        if (!decoder.finished) return
        queue.end()
        exchange.release()
      },
      onEnd() {
        pushParts(() => decoder.end(), 0)
        queue.end()
      },
      onError: (error) => (signal.aborted ? queue.abort(error) : queue.fail(error)),
    },
  )
  return queue.iterator
}

// With `truncate: false` a prompt that is too long is an error; by default Ollama drops its first messages and reports nothing.
function chatRequest({ model, messages, tools, stream, settings }: ChatRequest): OllamaRequest {
  const offered = tools.length > 0 ? { tools } : {}
  return {
    method: 'POST',
    path: '/api/chat',
    body: { truncate: false, ...settings, model, messages, ...offered, stream },
  }
}

/** Without streaming, the first byte comes when the reply is complete. */
export function timeoutsFor(stream: boolean, timeouts: Timeouts): Timeouts {
  return stream ? timeouts : { ...timeouts, firstTokenMs: timeouts.totalMs }
}
