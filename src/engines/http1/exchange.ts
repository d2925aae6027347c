import type { Connection, ConnectionListener, ConnectionPool } from './connection.ts'
import { Deadline, type Timeouts } from './deadline.ts'
import { exchangeError } from './exchange-error.ts'
import { type Head, ResponseParser } from './response-parser.ts'

/** How long a connection stays open for the end of a response whose reader has all it needs, in milliseconds. */
const lingerMs = 1_000

/** What an exchange needs. Aborting `signal` closes the connection. */
export interface ExchangeOptions {
  /** The complete HTTP message, with its head. */
  request: string
  /** The server's name in messages. */
  label: string
  timeouts: Timeouts
  signal: AbortSignal
}

/**
 * One request and its response: the head, and then the body, each iteration what a read brought; while that is not taken, nothing
 * more is read. When a used connection is closed before the first byte of the response, the request is sent once more on a new
 * one: the server has closed the idle connection before it read the request.
 */
export class Exchange implements ConnectionListener, AsyncIterableIterator<Buffer, undefined> {
  readonly #pool: ConnectionPool
  readonly #options: ExchangeOptions
  readonly #deadline: Deadline
  readonly #parser = new ResponseParser()
  readonly #head = Promise.withResolvers<Head>()
  /** Rejects with a `ChatterdError`, or with the signal's reason; so do iterations. */
  readonly head = this.#head.promise
  #connection: Connection | undefined
  #canRepeat = false
  /** What nobody has taken yet. The connection is paused meanwhile. */
  #unread: Buffer | undefined
  #reader: PromiseWithResolvers<IteratorResult<Buffer, undefined>> | undefined
  #isEnded = false
  #error: unknown

  constructor(pool: ConnectionPool, options: ExchangeOptions) {
    this.#pool = pool
    this.#options = options
    this.#deadline = new Deadline(options.timeouts, options.label, (error) => this.#close(error))
    options.signal.addEventListener('abort', this.#onAbort)
    if (options.signal.aborted) this.#onAbort()
    else if (pool.isClosed) this.#fail(new Error('the connections are closed'))
    else this.#send(false)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    this.#reader = Promise.withResolvers()
    const { promise } = this.#reader
    if (!this.#isEnded) this.#deadline.await()
    if (this.#unread) this.#connection?.socket.resume()
    this.#settleReader()
    return promise
  }

  /** Closes the connection, unless the response has ended. */
  async return(): Promise<IteratorResult<Buffer, undefined>> {
    if (!this.#isEnded) this.#close()
    return { done: true, value: undefined }
  }

  /** Ignores the rest of the response. The connection is used again if the response ends within a second. */
  finish(): void {
    if (this.#isEnded) return
    this.#end()
    this.#connection?.socket.resume()
    this.#connection?.closeAfter(lingerMs)
  }

  onConnected(): void {
    this.#deadline.enter('waiting')
  }

  onBytes(bytes: Buffer): void {
    this.#canRepeat = false
    const isHead = !this.#parser.head
    const body = this.#parser.feed(bytes)
    if (isHead && this.#parser.head) this.#head.resolve(this.#parser.head)
    if (body.length > 0 && !this.#isEnded) {
      this.#deadline.received()
      this.#unread = this.#unread ? Buffer.concat([this.#unread, body]) : body
      if (!this.#reader) this.#connection?.socket.pause()
      this.#settleReader()
    }
    if (this.#parser.failure) this.#fail(this.#parser.failure)
    else if (this.#parser.isDone) this.#complete()
  }

  onClosed(error: Error): void {
    if (this.#pool.isClosed) this.#fail(error)
    else if (this.#canRepeat) this.#send(true)
    else if (this.#parser.isWhole) this.#end()
    else this.#fail(error)
  }

  #send(fresh: boolean): void {
    this.#connection = this.#pool.take(this, fresh)
    this.#canRepeat = this.#connection.isUsed
    this.#deadline.enter(this.#connection.isUsed ? 'waiting' : 'connecting')
    this.#connection.socket.write(this.#options.request)
  }

  #complete(): void {
    if (this.#connection && this.#parser.isPersistent) this.#pool.release(this.#connection)
    else this.#connection?.close()
    this.#end()
  }

  #fail(cause: Error): void {
    const stage = this.#pool.isClosed ? 'stopping' : this.#deadline.stage
    this.#close(exchangeError(cause, stage, this.#options.label))
  }

  readonly #onAbort = (): void => {
    this.#unread = undefined
    this.#close(this.#options.signal.reason)
  }

  #close(error?: unknown): void {
    this.#connection?.close()
    this.#end(error)
  }

  /** Ends the response for its reader. */
  #end(error?: unknown): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#error = error
    this.#deadline.stop()
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#head.reject(error)
    this.#settleReader()
  }

  /** Gives a reader that waits what has come, else the end, else nothing. */
  #settleReader(): void {
    const reader = this.#reader
    const value = this.#unread
    if (!reader || !(value || this.#isEnded)) return
    this.#reader = undefined
    this.#unread = undefined
    if (value) reader.resolve({ done: false, value })
    else if (this.#error !== undefined) reader.reject(this.#error)
    else reader.resolve({ done: true, value: undefined })
  }
}
