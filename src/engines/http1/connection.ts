import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** The functions that a connection calls from `send` until `onClosed` or `keepIdle`. They must not throw. */
export interface ConnectionListener {
  /** The connection is established, with TLS after the handshake. Can be called before `send` returns. */
  onConnected(): void
  /** The bytes of one read. They are valid only during the call: their memory is reused for the next read of any connection. */
  onBytes(bytes: Buffer): void
  /** The connection is closed, by an error or by the server. No function is called after it. */
  onClosed(error: Error): void
}

/** The address of a server. */
export interface Target {
  secure: boolean
  /** A name or an address, without brackets. */
  host: string
  port: number
}

/** Most bytes of one read. */
export const maxReadBytes = 64 * 1024
/** All connections read into this buffer: the bytes of a read are used before the next read begins. */
const readBuffer = Buffer.allocUnsafeSlow(maxReadBytes)
/** How long a connection may be silent before TCP keep-alive probes check the server, in milliseconds. */
const probeAfterMs = 60_000

/** A connection to a server, for one exchange at a time. */
export class Connection {
  readonly #socket: Socket
  #connected = false
  #listener: ConnectionListener | undefined
  #timer: NodeJS.Timeout | undefined
  /** True after the first exchange: the server may close the connection before it reads another request. */
  isUsed = false

  /** `onClose` is called once, when the connection is closed for any reason. */
  constructor(target: Target, onClose: (connection: Connection) => void) {
    this.#socket = open(
      target,
      (length) => this.#read(length),
      () => this.#onConnected(),
    )
    this.#socket.setNoDelay(true)
    this.#socket.setKeepAlive(true, probeAfterMs)
    this.#socket.on('error', (error) => this.#end(error))
    this.#socket.on('end', () => this.#end(new Error('the server closed the connection')))
    this.#socket.on('close', () => {
      this.#end(new Error('the connection is closed'))
      onClose(this)
    })
  }

  /** False as soon as the connection is being closed. */
  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /** Sends a request, and passes the response to `listener`. */
  send(request: string, listener: ConnectionListener): void {
    this.#listener = listener
    clearTimeout(this.#timer)
    this.#socket.ref()
    this.#socket.write(request)
    if (this.#connected) listener.onConnected()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Keeps the connection open for this time, for another exchange. It does not keep the process alive. */
  keepIdle(ms: number): void {
    this.#listener = undefined
    this.isUsed = true
    this.#socket.resume()
    this.#socket.unref()
    this.#timer = setTimeout(() => this.close(), ms).unref()
  }

  /** Closes the connection. No function of the listener is called after it. */
  close(): void {
    this.#listener = undefined
    clearTimeout(this.#timer)
    this.#socket.destroy()
  }

  /** Closes the connection. The listener gets the error. */
  fail(error: Error): void {
    this.#end(error)
  }

  #onConnected(): void {
    this.#connected = true
    this.#listener?.onConnected()
  }

  #read(length: number): boolean {
    // No request is in progress: these bytes must not become the response to the next one.
    if (!this.#listener) this.close()
    else this.#listener.onBytes(readBuffer.subarray(0, length))
    return true
  }

  #end(error: Error): void {
    const listener = this.#listener
    this.close()
    listener?.onClosed(error)
  }
}

function open(
  { secure, host, port }: Target,
  onRead: (length: number) => boolean,
  onConnected: () => void,
): Socket {
  // With `onread` Node reads into this buffer without its streams, for plain connections and for TLS.
  const options: TcpNetConnectOpts = {
    ...{ host, port },
    onread: { buffer: readBuffer, callback: onRead },
  }
  if (!secure) return connect(options).once('connect', onConnected)
  const name = isIP(host) ? {} : { servername: host }
  return connectTls({ ...options, ...name, ALPNProtocols: ['http/1.1'] }).once('secureConnect', onConnected)
}
