import type { Writable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** What bounds a stream of server-sent events. */
export interface SseLimits {
  /** Longest silence, in milliseconds: then a comment is sent, or somewhat before. */
  keepAliveMs: number
  /** Bytes that a client may leave unread; when more are to be sent then, its connection is cut. */
  maxUnreadBytes: number
  /** How long a client that is waited for may read nothing at all, in milliseconds; then its connection is cut. */
  stallTimeoutMs?: number
}

/**
 * A response of server-sent events. Its head goes out with its first bytes, an event or the first keep-alive comment:
 * until then the request can still be answered with an error and its status.
 */
export class SseResponse {
  readonly #reply: FastifyReply
  readonly #limits: SseLimits
  readonly #onOpen: () => void
  #timer: NodeJS.Timeout | undefined
  #open = false
  /** True where the response's chunks are framed here, and not by Node. */
  #framed = false
  /** Where events are written to, and may lie unread: the response, or past it, once it is framed here and its head is out. */
  #out: Pick<Writable, 'write' | 'writableLength' | 'writableNeedDrain' | 'once' | 'off'>
  #closed = false
  /** Half times of silence in a row. */
  #silent = 0
  #drained: Promise<void> | undefined

  /** `onOpen` is called just before the head goes out. */
  constructor(reply: FastifyReply, limits: SseLimits, onOpen: () => void) {
    this.#reply = reply
    this.#limits = limits
    this.#onOpen = onOpen
    this.#out = reply.raw
    reply.raw.on('close', () => this.#stop())
    // A socket's errors end in `close`; without a listener they would end the process.
    reply.raw.on('error', () => this.#stop())
  }

  /** True once the head is out. */
  get isOpen(): boolean {
    return this.#open
  }

  /** True once nothing more can be sent. */
  get isClosed(): boolean {
    return this.#closed
  }

  /** From now on, silence is broken with comments, and the first of them opens the stream. */
  keepAlive(): void {
    if (!this.#closed) this.#timer = setInterval(() => this.#breakSilence(), this.#limits.keepAliveMs / 2)
  }

  /** Sends events, already encoded. Does nothing where the client has left. */
  write(text: string): void {
    // An empty chunk would end the response.
    if (this.#closed || text === '') return
    if (!this.#open) this.#sendHead()
    this.#silent = 0
    // Looked at before the write: a client that has read all so far gets its next line, however long that is.
    if (this.#out.writableLength <= this.#limits.maxUnreadBytes) {
      this.#send(text)
    } else {
      this.#cut()
    }
  }

  /** Undefined where the client keeps up. Else resolves when it has caught up, or is gone: one that stops reading is cut. */
  drained(): Promise<void> | undefined {
    if (this.#closed || !this.#out.writableNeedDrain) return undefined
    this.#drained ??= this.#awaitDrain()
    return this.#drained
  }

  /** Ends the stream; with no bytes sent, an empty one. */
  end(): void {
    if (this.#closed) return
    if (!this.#open) this.#sendHead()
    this.#stop()
    this.#reply.raw.end(this.#framed ? lastChunk : undefined)
    destroyWhenStalled(this.#reply, this.#limits.stallTimeoutMs)
  }

  #send(text: string): void {
    if (!this.#framed) return void this.#out.write(text)
    const bytes = Buffer.byteLength(text)
    // Most text is ASCII, whose bytes are written faster as such.
    this.#out.write(`${bytes.toString(16)}\r\n${text}\r\n`, bytes === text.length ? 'latin1' : 'utf8')
    // The first bytes went out with the head. One that waits behind another response has no socket yet.
    this.#out = this.#reply.raw.socket ?? this.#out
  }

  /** Leaves the response to be answered otherwise. Only before the head is out. */
  release(): void {
    this.#stop()
  }

  #sendHead(): void {
    this.#open = true
    this.#onOpen()
    this.#reply.hijack()
    this.#reply.raw.writeHead(200, {
      // Headers that plugins have set are lost with a hijacked reply, unless they are spread here.
      ...(this.#reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    })
    // Node writes a chunk as four pieces; as one it costs a sixth less of all that a paced token costs (bench/README.md).
    this.#framed = this.#reply.raw.chunkedEncoding === true
    if (this.#framed) this.#reply.raw.chunkedEncoding = false
  }

  async #awaitDrain(): Promise<void> {
    const [out, { raw }] = [this.#out, this.#reply]
    const { promise, resolve } = Promise.withResolvers<void>()
    let unread = out.writableLength
    const timer = setInterval(() => {
      if (out.writableLength >= unread) this.#cut()
      unread = out.writableLength
    }, this.#limits.stallTimeoutMs ?? defaultStallMs)
    out.once('drain', resolve)
    raw.once('close', resolve)
    await promise
    out.off('drain', resolve)
    raw.off('close', resolve)
    clearInterval(timer)
    this.#drained = undefined
  }

  #cut(): void {
    this.#stop()
    this.#reply.raw.destroy()
  }

  #breakSilence(): void {
    this.#silent += 1
    if (this.#silent === 2) this.write(': keep-alive\n\n')
  }

  #stop(): void {
    this.#closed = true
    clearInterval(this.#timer)
  }
}

const lastChunk = '0\r\n\r\n'
const defaultStallMs = 30_000

/** Cuts the connection of an answer that is whole where its client reads nothing of it for so long, in milliseconds. */
export function destroyWhenStalled({ raw }: FastifyReply, ms = defaultStallMs): void {
  // Once all is sent, Node sets the socket's time-out anew.
  if (!raw.writableFinished) raw.setTimeout(ms, () => raw.destroy())
}
