import { Duplex } from 'node:stream'
import { createExchangeReader } from './exchange-reader.ts'

/** What a socket needs of its server. */
export interface SocketPeer {
  /** Puts the socket into the queue for the only session. `opened` is called on it when it gets the session. */
  attach(socket: EmbeddedSocket): void
  /** Takes the socket out of the queue, or frees the session. */
  detach(socket: EmbeddedSocket): void
  /** Sends one exchange, only after `opened`. `receive` is called with the response. */
  exchange(socket: EmbeddedSocket, bytes: Uint8Array<ArrayBuffer>): void
}

/**
 * A socket for pg's `stream` option: carries PostgreSQL's wire protocol to the embedded database. It has what pg uses of a
 * `net.Socket` (lib/connection.js of pg).
 */
export class EmbeddedSocket extends Duplex {
  readonly #peer: SocketPeer
  readonly #read = createExchangeReader()
  #inFlight = 0
  /** The callback of the current write. Called when no exchange is in flight any more, so that the writer waits for responses. */
  #endWrite: (() => void) | undefined

  constructor(peer: SocketPeer) {
    super()
    this.#peer = peer
  }

  /** pg passes a port and a host, which have no meaning here. */
  connect(): this {
    this.#peer.attach(this)
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  /** The socket has the session now. */
  opened(): void {
    this.emit('connect')
  }

  /** Takes a part of a response; `last`: the response ends with it. */
  receive(bytes: Uint8Array, last: boolean): void {
    if (bytes.length > 0) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    if (last) this.#inFlight -= 1
    if (this.#inFlight > 0) return
    const endWrite = this.#endWrite
    this.#endWrite = undefined
    endWrite?.()
  }

  /** How many exchanges were sent whose responses have not ended. */
  get exchangesInFlight(): number {
    return this.#inFlight
  }

  override _read(): void {
    // Responses are pushed as they come: the statement bounds their size, and pg reads them at once.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    try {
      for (const exchange of this.#read(chunk)) {
        this.#inFlight += 1
        this.#peer.exchange(this, exchange)
      }
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)))
      return
    }
    if (this.#inFlight > 0) this.#endWrite = callback
    else callback()
  }

  override _writev(chunks: { chunk: Buffer }[], callback: (error?: Error) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'utf8', callback)
  }

  override _final(callback: (error?: Error) => void): void {
    callback()
    this.destroy()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#peer.detach(this)
    callback(error)
  }
}
