import type { Connection, ConnectionListener } from './connection.ts'
import { type ConnectionPool, PoolClosed } from './connection-pool.ts'
import { type Headers, type NotHttp, ResponseParser } from './response-parser.ts'

/** The functions that are called with the response. The last call is one of `onEnd` or `onError`. They must not throw. */
export interface RoundTripListener {
  /** A connection is established. */
  onConnected(): void
  onHead(status: number, headers: Headers): void
  /** `bytes` is valid only during the call: its memory is reused. */
  onBody(bytes: Buffer): void
  onEnd(): void
  /** `error` is a `NotHttp`, a `PoolClosed`, or the error of the connection. */
  onError(error: Error): void
}

/**
 * One request and its response. When a used connection is closed before the first byte of the response, the request is sent once
 * more on a new connection: the server has closed the idle connection before it read the request.
 */
export class RoundTrip implements ConnectionListener {
  readonly #pool: ConnectionPool
  readonly #request: string
  readonly #listener: RoundTripListener
  readonly #parser: ResponseParser
  #connection: Connection | undefined
  #isSilent = true
  #hasEnded = false

  /** `request` is the complete HTTP message, with its head. */
  constructor(pool: ConnectionPool, request: string, listener: RoundTripListener) {
    this.#pool = pool
    this.#request = request
    this.#listener = listener
    this.#parser = new ResponseParser(listener)
  }

  start(fresh = false): void {
    try {
      this.#connection = this.#pool.take(fresh)
      this.#connection.send(this.#request, this)
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

  /** Closes the connection. No function of the listener is called after it. */
  close(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#connection?.close()
  }

  onConnected(): void {
    this.#listener.onConnected()
  }

  onBytes(bytes: Buffer): void {
    this.#isSilent = false
    try {
      this.#parser.feed(bytes)
    } catch (error) {
      this.#fail(error as NotHttp)
    }
    if (this.#parser.isDone) this.#end()
  }

  onClosed(error: Error): void {
    if (this.#isSilent && this.#connection?.isUsed && !(error instanceof PoolClosed)) this.start(true)
    else if (this.#parser.close()) this.#end()
    else this.#fail(error)
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (this.#connection && this.#parser.isPersistent)
      this.#pool.release(this.#connection, this.#parser.keepAliveSeconds)
    else this.#connection?.close()
    this.#listener.onEnd()
  }

  #fail(error: Error): void {
    if (this.#hasEnded) return
    this.close()
    this.#listener.onError(error)
  }
}
