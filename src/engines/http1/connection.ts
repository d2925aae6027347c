import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** Is told what happens on a connection, from `carry` until `onClosed` or `rest`. Must not throw. */
export interface ConnectionListener {
  /** It stands; with TLS, its handshake is done. Perhaps before `carry` returned. */
  onConnected(): void
  /** What one read brought. The memory is used again for the next read, of any connection. */
  onBytes(bytes: Buffer): void
  /** It is gone, by an error or because the other side closed it. Nothing is told after it. */
  onClosed(error: Error): void
}

/** Where a server is. */
export interface Target {
  secure: boolean
  /** A name or an address, without brackets. */
  host: string
  port: number
}

/** What one read brings at most. */
export const maxReadBytes = 64 * 1024
/** All reads of the process end up here: each is done with before the next begins. */
const readBuffer = Buffer.allocUnsafeSlow(maxReadBytes)
/** How long a connection may be silent before the system asks whether the other side is still there, in milliseconds. */
const probeAfterMs = 60_000

/** A connection to a server, for one exchange at a time. */
export class Connection {
  readonly #socket: Socket
  #connected = false
  #listener: ConnectionListener | undefined
  #timer: NodeJS.Timeout | undefined
  /** True where it has carried an exchange before: the server may have closed it since, without our knowing yet. */
  isUsed = false

  /** `onGone` is called once, when it is closed for whatever reason. */
  constructor(target: Target, onGone: (connection: Connection) => void) {
    this.#socket = open(
      target,
      (length) => this.#read(length),
      () => this.#stand(),
    )
    this.#socket.setNoDelay(true)
    this.#socket.setKeepAlive(true, probeAfterMs)
    this.#socket.on('error', (error) => this.#end(error))
    this.#socket.on('end', () => this.#end(new Error('the other side closed it')))
    this.#socket.on('close', () => {
      this.#end(new Error('it was closed'))
      onGone(this)
    })
  }

  /** False as soon as it is being closed. */
  get isOpen(): boolean {
    return !this.#socket.destroyed
  }

  /** Sends a request, and tells of all that comes back. */
  carry(request: string, listener: ConnectionListener): void {
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

  /** The exchange is over: keeps the connection for another for this time. It does not keep the process alive. */
  rest(ms: number): void {
    this.#listener = undefined
    this.isUsed = true
    this.#socket.resume()
    this.#socket.unref()
    this.#timer = setTimeout(() => this.close(), ms).unref()
  }

  /** Closes it; the listener hears no more. */
  close(): void {
    this.#listener = undefined
    clearTimeout(this.#timer)
    this.#socket.destroy()
  }

  /** Closes it with an error that the listener is told. */
  fail(error: Error): void {
    this.#end(error)
  }

  #stand(): void {
    this.#connected = true
    this.#listener?.onConnected()
  }

  #read(length: number): boolean {
    // Nothing was asked.
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
  onStand: () => void,
): Socket {
  // Node's own way past its streams, for plain connections and for TLS.
  const options: TcpNetConnectOpts = {
    ...{ host, port },
    onread: { buffer: readBuffer, callback: onRead },
  }
  if (!secure) return connect(options).once('connect', onStand)
  const name = isIP(host) ? {} : { servername: host }
  return connectTls({ ...options, ...name, ALPNProtocols: ['http/1.1'] }).once('secureConnect', onStand)
}
