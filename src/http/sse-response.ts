import type { Writable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** Limits of a stream of server-sent events. */
export interface SseLimits {
  /** The longest silence, in milliseconds: a comment is sent before it is longer. */
  keepAliveMs: number
  /** How long after the request's arrival a comment opens the stream at the latest, once `keepAlive` is called, in milliseconds. */
  firstByteMs?: number
  /** Bytes that a client may leave unread. A write that finds more destroys the connection. */
  maxUnreadBytes: number
  /** How long a client may read nothing while the server waits for it, in milliseconds; then the connection is destroyed. */
  stallTimeoutMs?: number
}

/**
 * A response of server-sent events. Its head is sent with its first bytes, an event or the first keep-alive comment: until then the
 * request can still be answered with an error and its status.
 */
export class SseResponse {
  readonly #reply: FastifyReply
  readonly #limits: SseLimits
  readonly #disconnected: AbortSignal
  readonly #onOpen: () => void
  #timer: NodeJS.Timeout | undefined
  #firstByteTimer: NodeJS.Timeout | undefined
  #isFirstByteDue = false
  #open = false
  /** True where this class writes the chunked transfer coding, and not Node. */
  #framed = false
  /** What events are written to: the response, or its socket once `#framed` is true and the head is sent. */
  #out: Pick<Writable, 'write' | 'writableLength' | 'writableNeedDrain' | 'once' | 'off'>
  #closed = false
  /** How many halves of the longest silence have passed since the last write. */
  #silentHalves = 0
  #drained: Promise<void> | undefined

  /** `onOpen` is called just before the head is sent. */
  constructor(reply: FastifyReply, limits: SseLimits, disconnected: AbortSignal, onOpen = () => {}) {
    this.#reply = reply
    this.#limits = limits
    this.#disconnected = disconnected
    this.#onOpen = onOpen
    this.#out = reply.raw
    if (limits.firstByteMs !== undefined)
      this.#firstByteTimer = setTimeout(() => this.#onFirstByteDue(), limits.firstByteMs)
    if (disconnected.aborted) this.#stop()
    disconnected.addEventListener('abort', () => this.#stop())
    // An `error` event without a listener would end the process.
    reply.raw.on('error', () => this.#stop())
  }

  /** True once the head is sent. */
  get isOpen(): boolean {
    return this.#open
  }

  /** True once nothing more can be sent. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** From now on, comments are sent where there are no events for a while; the first one opens the stream. */
  keepAlive(): void {
    clearInterval(this.#timer)
    if (this.#closed) return
    this.#timer = setInterval(() => this.#countSilence(), this.#limits.keepAliveMs / 2)
    if (this.#isFirstByteDue && !this.#open) this.write(keepAliveComment)
  }

  /** Sends encoded events. Does nothing after the client has disconnected. */
  write(text: string): void {
    // An empty chunk would end the response.
    if (this.#closed || text === '') return
    if (!this.#open) this.#sendHead()
    this.#silentHalves = 0
    if (this.#hasRoom()) this.#send(text)
    else this.#destroy()
  }

  /** Undefined where the client keeps up. Else resolves when it has caught up, or has disconnected; see `stallTimeoutMs`. */
  drained(): Promise<void> | undefined {
    if (this.#closed || !this.#out.writableNeedDrain) return undefined
    this.#drained ??= this.#awaitDrain()
    return this.#drained
  }

  /** Ends the stream, with the last encoded events, which are sent as by `write`; with no bytes sent, an empty stream. */
  end(text = ''): void {
    if (this.#closed) return
    if (text !== '' && !this.#hasRoom()) {
      this.#destroy()
      return
    }
    if (!this.#open) this.#sendHead()
    this.#stop()
    const [last, encoding] = this.#framed ? frame(text, lastChunk) : ([text, 'utf8'] as const)
    this.#reply.raw.end(last, encoding)
    destroyWhenStalled(this.#reply, this.#limits.stallTimeoutMs)
  }

  /** Checked before a write: a client that has read everything so far gets the next event, however long that is. */
  #hasRoom(): boolean {
    return this.#out.writableLength <= this.#limits.maxUnreadBytes
  }

  #send(text: string): void {
    if (!this.#framed) return void this.#out.write(text)
    this.#out.write(...frame(text))
    // The first bytes are written with the head. A response that waits behind another one (pipelining) has no socket yet.
    this.#out = this.#reply.raw.socket ?? this.#out
  }

  /** Gives the response up, so that an error can be sent instead. Only before the head is sent. */
  release(): void {
    this.#stop()
  }

  #sendHead(): void {
    this.#open = true
    clearTimeout(this.#firstByteTimer)
    this.#onOpen()
    this.#reply.hijack()
    this.#reply.raw.writeHead(200, {
      // A hijacked reply loses the headers that plugins have set.
      ...(this.#reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    // Node makes four writes of one chunk. A single write saves a sixth of the CPU time per token (bench/README.md).
    this.#framed = this.#reply.raw.chunkedEncoding === true
    if (this.#framed) this.#reply.raw.chunkedEncoding = false
  }

  async #awaitDrain(): Promise<void> {
    const out = this.#out
    const { promise, resolve } = Promise.withResolvers<void>()
    const done = () => resolve()
    let unread = out.writableLength
    const timer = setInterval(() => {
      if (out.writableLength >= unread) this.#destroy()
      unread = out.writableLength
    }, this.#limits.stallTimeoutMs ?? defaultStallMs)
    out.once('drain', done)
    this.#disconnected.addEventListener('abort', done)
    await promise
    out.off('drain', done)
    this.#disconnected.removeEventListener('abort', done)
    clearInterval(timer)
    this.#drained = undefined
  }

  #destroy(): void {
    this.#stop()
    this.#reply.raw.destroy()
  }

  #countSilence(): void {
    this.#silentHalves += 1
    if (this.#silentHalves === 2) this.write(keepAliveComment)
  }

  #onFirstByteDue(): void {
    this.#isFirstByteDue = true
    if (this.#timer !== undefined) this.write(keepAliveComment)
  }

  #stop(): void {
    this.#closed = true
    clearInterval(this.#timer)
    clearTimeout(this.#firstByteTimer)
  }
}

/** A text as a chunk of the chunked transfer coding, and how to encode it; none for an empty text, which would end the response. */
function frame(text: string, after = ''): [string, 'latin1' | 'utf8'] {
  if (text === '') return [after, 'latin1']
  const bytes = Buffer.byteLength(text)
  // Most text is ASCII, which Node writes faster as latin1.
  return [`${bytes.toString(16)}\r\n${text}\r\n${after}`, bytes === text.length ? 'latin1' : 'utf8']
}

const keepAliveComment = ': keep-alive\n\n'
const lastChunk = '0\r\n\r\n'
const defaultStallMs = 30_000

/** Destroys the connection of a response that is written in full when its client reads nothing of it for `ms` milliseconds. */
export function destroyWhenStalled({ raw }: FastifyReply, ms = defaultStallMs): void {
  // Node resets the socket's time-out once everything is sent.
  if (!raw.writableFinished) raw.setTimeout(ms, () => raw.destroy())
}
