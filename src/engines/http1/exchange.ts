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
  #connection: Connection | undefined
  #isSilent = true
  #hasHead = false
  #unread: Buffer | undefined
  #reader: PromiseWithResolvers<IteratorResult<Buffer, undefined>> | undefined
  /** How the body has ended for its reader. */
  #ending: { error?: unknown } | undefined
  #linger: NodeJS.Timeout | undefined

  constructor(pool: ConnectionPool, options: ExchangeOptions) {
    this.#pool = pool
    this.#options = options
    this.#deadline = new Deadline(options.timeouts, options.label, (error) => this.#close({ error }))
    options.signal.addEventListener('abort', this.#onAbort)
    if (options.signal.aborted) this.#onAbort()
    else if (pool.isClosed) this.#break(new Error('the connections are closed'))
    else this.#send(false)
  }

  /** Rejects with a `ChatterdError`, or with the signal's reason; so do iterations. */
  get head(): Promise<Head> {
    return this.#head.promise
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Buffer, undefined>> {
    this.#reader = Promise.withResolvers()
    const { promise } = this.#reader
    if (!this.#ending) {
      this.#deadline.await()
      if (this.#unread) this.#connection?.socket.resume()
    }
    this.#settleReader()
    return promise
  }

  /** Closes the connection, unless the response has ended. */
  async return(): Promise<IteratorResult<Buffer, undefined>> {
    this.#unread = undefined
    if (!this.#ending) this.#close({})
    return { done: true, value: undefined }
  }

  /** Ignores the rest of the response. The connection is used again if the response ends within a second. */
  finish(): void {
    if (this.#ending) return
    this.#end({})
    this.#connection?.socket.resume()
    this.#linger = setTimeout(() => this.#connection?.close(), lingerMs)
  }

  onConnected(): void {
    this.#deadline.enter('waiting')
  }

  onBytes(bytes: Buffer): void {
    this.#isSilent = false
    const body = this.#parser.feed(bytes)
    if (this.#parser.head && !this.#hasHead) {
      this.#hasHead = true
      this.#head.resolve(this.#parser.head)
    }
    if (body.length > 0 && !this.#ending) {
      this.#deadline.received()
      this.#unread = this.#unread ? Buffer.concat([this.#unread, body]) : body
      if (this.#reader) this.#settleReader()
      else this.#connection?.socket.pause()
    }
    if (this.#parser.failure) this.#break(this.#parser.failure)
    else if (this.#parser.isDone) this.#complete()
  }

  onClosed(error: Error): void {
    if (this.#isSilent && this.#connection?.isUsed && !this.#pool.isClosed) this.#send(true)
    else if (this.#parser.close()) this.#complete()
    else this.#break(error)
  }

  #send(fresh: boolean): void {
    this.#deadline.enter('connecting')
    this.#connection = this.#pool.take(this, fresh)
    this.#connection.socket.write(this.#options.request)
  }

  #complete(): void {
    clearTimeout(this.#linger)
    if (this.#connection && this.#parser.isPersistent && !this.#pool.isClosed)
      this.#pool.release(this.#connection)
    else this.#connection?.close()
    this.#end({})
  }

  #break(cause: Error): void {
    clearTimeout(this.#linger)
    const stage = this.#pool.isClosed ? 'stopping' : this.#deadline.stage
    this.#close({ error: exchangeError(cause, stage, this.#options.label) })
  }

  readonly #onAbort = (): void => {
    this.#unread = undefined
    this.#close({ error: this.#options.signal.reason })
  }

  #close(ending: { error?: unknown }): void {
    this.#connection?.close()
    this.#end(ending)
  }

  #end(ending: { error?: unknown }): void {
    if (this.#ending) return
    this.#ending = ending
    this.#deadline.stop()
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#head.reject(ending.error)
    this.#settleReader()
  }

  /** Gives a reader that waits what has come, else the end, else nothing. */
  #settleReader(): void {
    const reader = this.#reader
    const value = this.#unread
    if (!reader || !(value || this.#ending)) return
    this.#reader = undefined
    this.#unread = undefined
    if (value) reader.resolve({ done: false, value })
    else if (this.#ending && 'error' in this.#ending) reader.reject(this.#ending.error)
    else reader.resolve({ done: true, value: undefined })
  }
}
