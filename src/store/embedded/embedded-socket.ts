import { Duplex } from 'node:stream'
import { createExchangeReader } from './exchange-reader.ts'

/** What a socket needs of the database that it leads to. */
export interface SocketPeer {
  /** Takes the socket in line for the one session; `opened` is called on it when its turn has come. */
  attach(socket: EmbeddedSocket): void
  /** Leaves the line, or frees the session. */
  detach(socket: EmbeddedSocket): void
  /** Sends one exchange; its answer comes by `receive`. Only after `opened`. */
  exchange(socket: EmbeddedSocket, bytes: Uint8Array<ArrayBuffer>): void
}

/**
 * Looks like a `net.Socket` to pg's Connection, and carries PostgreSQL's wire protocol to the embedded database.
 * Given to pg as its `stream` option. What pg uses of a socket is in its lib/connection.js.
 */
export class EmbeddedSocket extends Duplex {
  readonly #peer: SocketPeer
  readonly #read = createExchangeReader()
  #unanswered = 0
  /** Told when everything is answered, so that a writer is held back. */
  #written: (() => void) | undefined

  constructor(peer: SocketPeer) {
    super()
    this.#peer = peer
  }

  /** Of `net.Socket`. Port and host mean nothing here. */
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

  /** The session is this socket's. */
  opened(): void {
    this.emit('connect')
  }

  /** Bytes of an answer. */
  receive(bytes: Uint8Array, last: boolean): void {
    if (bytes.length > 0) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    if (last) this.#unanswered -= 1
    if (this.#unanswered > 0) return
    const written = this.#written
    this.#written = undefined
    written?.()
  }

  /** Exchanges whose answers have not ended. */
  get exchangesInFlight(): number {
    return this.#unanswered
  }

  override _read(): void {
    // Answers are pushed as they come: each is bounded by what was asked for, and pg reads at once.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error) => void): void {
    try {
      for (const exchange of this.#read(chunk)) {
        this.#unanswered += 1
        this.#peer.exchange(this, exchange)
      }
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)))
      return
    }
    if (this.#unanswered > 0) this.#written = callback
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
