import { schemaJson } from '../../protocol/tool-schema.ts'
import type { ChatRequest, EnginePart } from '../../turn/ports/engine.ts'
import type { Timeouts } from '../http1/deadline.ts'
import { callFormat } from './call-format.ts'
import { checkedRequest } from './checked-request.ts'
import type { OllamaHost, OllamaRequest, OllamaResponse } from './ollama-request.ts'
import { createReplyDecoder, type ReplyDecoder } from './reply-decoder.ts'

/** The limits of one reply. */
export interface ReplyLimits {
  timeouts: Timeouts
  maxLineBytes: number
}

/** Prompts the model with `/api/chat`. Each iteration sends the request once; ending it early closes the connection. */
export function streamChat(
  host: OllamaHost,
  request: ChatRequest,
  limits: ReplyLimits,
  signal: AbortSignal,
): AsyncIterable<EnginePart[]> {
  const timeouts = timeoutsFor(request.stream, limits.timeouts)
  const ask = (): Promise<OllamaResponse> => checkedRequest(host, chatRequest(request), timeouts, signal)
  const decoder = () => createReplyDecoder(limits.maxLineBytes, request.messages.length === 0)
  return { [Symbol.asyncIterator]: () => new Reply(ask(), decoder()) }
}

type Read = IteratorResult<EnginePart[], undefined>

/** A generator would cost 4 µs more for each token of a paced stream, a tenth of all that the engine's room costs. */
class Reply implements AsyncIterator<EnginePart[], undefined> {
  readonly #response: Promise<OllamaResponse>
  readonly #decoder: ReplyDecoder
  #opened: OllamaResponse | undefined
  /** What ends the reply after the parts that were given last. */
  #ending: { error?: unknown } | undefined

  constructor(response: Promise<OllamaResponse>, decoder: ReplyDecoder) {
    this.#response = response
    this.#decoder = decoder
  }

  next(): Promise<Read> {
    if (this.#ending) return this.#end(this.#ending)
    if (this.#opened) return this.#read(this.#opened)
    return this.#response.then((response) => {
      this.#opened = response
      return this.#read(response)
    }, this.#fail)
  }

  async return(): Promise<Read> {
    const { body } = await this.#response
    await body.return?.()
    return { done: true, value: undefined }
  }

  #read(response: OllamaResponse): Promise<Read> {
    return response.body.next().then(this.#decode, this.#fail)
  }

  #end(ending: { error?: unknown }): Promise<Read> {
    this.#ending = {}
    return 'error' in ending
      ? Promise.reject(ending.error)
      : Promise.resolve({ done: true, value: undefined })
  }

  readonly #fail = (error: unknown): never => {
    this.#ending = {}
    throw error
  }

  readonly #decode = ({ done, value }: IteratorResult<Buffer, undefined>): Read | Promise<Read> => {
    const { parts, error } = done ? this.#decoder.end() : this.#decoder.feed(value)
    if (error) {
      this.#ending = { error }
      void this.#opened?.body.return?.()
    } else if (this.#decoder.finished) {
      this.#ending = {}
      this.#opened?.finish()
    }
    return parts.length > 0 ? { done: false, value: parts } : this.next()
  }
}

// With `truncate: false` a prompt that is too long is an error; by default Ollama drops its first messages and reports nothing.
// Ollama knows no choice of tools: a format makes its reply a call.
function chatRequest({ model, messages, tools, mustCall, stream, settings }: ChatRequest): OllamaRequest {
  const format = mustCall && { format: callFormat(mustCall) }
  const body = JSON.stringify({ truncate: false, ...settings, ...format, model, messages, stream })
  // Many tools are the largest part, and the same in every prompt.
  const offered = tools.length > 0 ? `,"tools":[${tools.map(schemaJson).join(',')}]` : ''
  return { method: 'POST', path: '/api/chat', body: `${body.slice(0, -1)}${offered}}` }
}

/** Without streaming, the first byte comes when the reply is complete. */
export function timeoutsFor(stream: boolean, timeouts: Timeouts): Timeouts {
  return stream ? timeouts : { ...timeouts, firstTokenMs: timeouts.totalMs }
}
