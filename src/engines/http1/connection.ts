import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** How long a free connection is kept open, in milliseconds: less than common servers keep theirs (Node and uvicorn: 5 s). */
const idleMs = 4_000
/** How long a connection may be silent before TCP keep-alive probes check the server, in milliseconds. */
const probeAfterMs = 60_000
/** Most bytes of one read. */
export const maxReadBytes = 64 * 1024
/** All connections read into this buffer: the bytes of a read are copied before the next read begins. */
const readBuffer = Buffer.allocUnsafeSlow(maxReadBytes)

/** What happens on a connection, from `take` until `onClosed` or `release`. These functions must not throw. */
export interface ConnectionListener {
  /** A new connection is established, with TLS after the handshake. */
  onConnected(): void
  /** The bytes of one read. They are valid only during the call. */
  onBytes(bytes: Buffer): void
  onClosed(error: Error): void
}

/** The address of a server. `host` is a name or an address, without brackets. */
export interface Target {
  secure: boolean
  host: string
  port: number
}

/** The connections to one server: one for each exchange in progress, and for some seconds those that are free. */
export class ConnectionPool {
  readonly #target: Target
  readonly #open = new Set<Connection>()
  readonly #free: Connection[] = []
  isClosed = false

  constructor(target: Target) {
    this.#target = target
  }

  /** The free connection that was used last, or a new one; with `fresh` always a new one. Its events go to `listener`. */
  take(listener: ConnectionListener, fresh: boolean): Connection {
    for (let free = fresh ? undefined : this.#free.pop(); free; free = this.#free.pop())
      if (!free.socket.destroyed) return free.begin(listener)
    const connection = new Connection(this.#target, () => this.#open.delete(connection))
    this.#open.add(connection)
    return connection.begin(listener)
  }

  /** Keeps a connection for another exchange. */
  release(connection: Connection): void {
    connection.rest()
    this.#free.push(connection)
  }

  /** Closes all connections. Exchanges in progress fail. */
  close(): void {
    this.isClosed = true
    for (const connection of this.#open) connection.close(new Error('the connections are closed'))
  }
}

/** A connection to a server, for one exchange at a time. */
export class Connection {
  readonly socket: Socket
  /** True after the first exchange: the server may close the connection before it reads another request. */
  isUsed = false
  #listener: ConnectionListener | undefined
  #timer: NodeJS.Timeout | undefined

  constructor({ secure, host, port }: Target, onClose: () => void) {
    // With `onread` Node reads into this buffer without its streams, for plain connections and for TLS.
    const options = { host, port, onread: { buffer: readBuffer, callback: this.#onRead } }
    const name = isIP(host) ? {} : { servername: host }
    this.socket = secure ? connectTls({ ...options, ...name, ALPNProtocols: ['http/1.1'] }) : connect(options)
    const closed = () => this.close(new Error('the server closed the connection'))
    this.socket
      .setNoDelay(true)
      .setKeepAlive(true, probeAfterMs)
      .on(secure ? 'secureConnect' : 'connect', () => this.#listener?.onConnected())
      .on('error', (error) => this.close(error))
      .on('end', closed)
      .on('close', closed)
      .on('close', onClose)
  }

  begin(listener: ConnectionListener): this {
    clearTimeout(this.#timer)
    this.#listener = listener
    return this
  }

  /** Ends an exchange. The connection stays open for another one. */
  rest(): void {
    this.#listener = undefined
    this.isUsed = true
    this.socket.resume()
    this.closeAfter(idleMs)
  }

  /** Closes the connection in so many milliseconds, unless it is used again. */
  closeAfter(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.close(), ms)
  }

  /** Closes the connection. With an error, its listener gets that. */
  close(error?: Error): void {
    const listener = this.#listener
    this.#listener = undefined
    clearTimeout(this.#timer)
    this.socket.destroy()
    if (error) listener?.onClosed(error)
  }

  readonly #onRead = (length: number): boolean => {
    // Without a listener, these bytes must not become the response to the next one.
    if (this.#listener) this.#listener.onBytes(readBuffer.subarray(0, length))
    else this.close()
    return true
  }
}
