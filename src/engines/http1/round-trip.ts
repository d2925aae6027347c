import type { Connection, ConnectionListener } from './connection.ts'
import { type ConnectionPool, PoolClosed } from './connection-pool.ts'
import { type Headers, type NotHttp, ResponseParser } from './response-parser.ts'

/** Is told what becomes of a request. Either `onEnd` or `onError` is called, once, and nothing after it. Must not throw. */
export interface RoundTripListener {
  /** A connection stands. */
  onConnected(): void
  onHead(status: number, headers: Headers): void
  /** The memory is used again after the call. */
  onBody(bytes: Buffer): void
  onEnd(): void
  /** `NotHttp`, `PoolClosed`, or what the connection failed with. */
  onError(error: Error): void
}

/**
 * One request and its response. A request that was sent on a connection that had served before, and was closed without a word, is
 * sent once more on a new one: the server had given up the connection before it read it.
 */
export class RoundTrip implements ConnectionListener {
  readonly #pool: ConnectionPool
  readonly #request: string
  readonly #listener: RoundTripListener
  readonly #parser: ResponseParser
  #connection: Connection | undefined
  #silent = true
  #over = false

  /** `request` is the message whole, with its head. */
  constructor(pool: ConnectionPool, request: string, listener: RoundTripListener) {
    this.#pool = pool
    this.#request = request
    this.#listener = listener
    this.#parser = new ResponseParser(listener)
  }

  start(fresh = false): void {
    try {
      this.#connection = this.#pool.take(fresh)
      this.#connection.carry(this.#request, this)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  pause(): void {
    this.#connection?.pause()
  }

  resume(): void {
    this.#connection?.resume()
  }

  /** Closes the connection; the listener hears no more. */
  close(): void {
    if (this.#over) return
    this.#over = true
    this.#connection?.close()
  }

  onConnected(): void {
    this.#listener.onConnected()
  }

  onBytes(bytes: Buffer): void {
    this.#silent = false
    try {
      this.#parser.feed(bytes)
    } catch (error) {
      this.#fail(error as NotHttp)
    }
    if (this.#parser.isDone) this.#end()
  }

  onClosed(error: Error): void {
    if (this.#silent && this.#connection?.isUsed && !(error instanceof PoolClosed)) this.start(true)
    else if (this.#parser.close()) this.#end()
    else this.#fail(error)
  }

  #end(): void {
    if (this.#over) return
    this.#over = true
    if (this.#connection && this.#parser.isPersistent)
      this.#pool.giveBack(this.#connection, this.#parser.keptSeconds)
    else this.#connection?.close()
    this.#listener.onEnd()
  }

  #fail(error: Error): void {
    if (this.#over) return
    this.close()
    this.#listener.onError(error)
  }
}
