import type { ChatRequest, EnginePart } from '../../turn/ports/engine.ts'
import { createAnswerDecoder } from './answer-decoder.ts'
import { createBatchQueue } from './batch-queue.ts'
import { startCheckedExchange } from './checked-exchange.ts'
import type { OllamaRequest } from './exchange.ts'
import type { OllamaHost } from './ollama-host.ts'
import type { Timeouts } from './timeout-keeper.ts'

/** The bounds of one answer. */
export interface AnswerLimits {
  timeouts: Timeouts
  maxLineBytes: number
  /** The socket is not read while more than this is unread. */
  maxUnreadBytes: number
}

/** Prompts the model with `/api/chat`. Each iteration sends the request once; leaving it early closes the connection. */
export function streamChat(
  host: OllamaHost,
  request: ChatRequest,
  limits: AnswerLimits,
  signal: AbortSignal,
): AsyncIterable<EnginePart[]> {
  return { [Symbol.asyncIterator]: () => iterate(host, request, limits, signal) }
}

function iterate(
  host: OllamaHost,
  request: ChatRequest,
  limits: AnswerLimits,
  signal: AbortSignal,
): AsyncIterator<EnginePart[]> {
  let batch: EnginePart[] = []
  const decoder = createAnswerDecoder({
    maxLineBytes: limits.maxLineBytes,
    onPart: (part) => batch.push(part),
  })
  const queue = createBatchQueue<EnginePart>({
    maxBytes: limits.maxUnreadBytes,
    onFull: () => exchange.pause(),
    onDrained: () => exchange.resume(),
    onLeave: () => exchange.cancel(),
  })

  /** Parts that came before a fault are still told. */
  function tell(decode: () => void, bytes: number): void {
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
        tell(() => decoder.feed(bytes), bytes.length)
        if (!decoder.finished) return
        queue.end()
        exchange.release()
      },
      onEnd() {
        tell(() => decoder.end(), 0)
        queue.end()
      },
      onError: (error) => (signal.aborted ? queue.abort(error) : queue.fail(error)),
    },
  )
  return queue.iterator
}

// `truncate: false` makes a prompt that is too long an error; Ollama would drop messages from its front without a word.
function chatRequest({ model, messages, tools, stream, settings }: ChatRequest): OllamaRequest {
  const offered = tools.length > 0 ? { tools } : {}
  return {
    method: 'POST',
    path: '/api/chat',
    body: { truncate: false, ...settings, model, messages, ...offered, stream },
  }
}

/** Without streaming, the first byte comes when all is done. */
export function timeoutsFor(stream: boolean, timeouts: Timeouts): Timeouts {
  return stream ? timeouts : { ...timeouts, firstTokenMs: timeouts.wholeMs }
}
