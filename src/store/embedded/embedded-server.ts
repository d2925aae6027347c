import { setTimeout as delay } from 'node:timers/promises'
import { type DatabaseThread, startDatabaseThread } from './database-thread.ts'
import { defaultOptions, type EmbeddedServerOptions } from './embedded-server-options.ts'
import { EmbeddedSocket, type SocketPeer } from './embedded-socket.ts'

/**
 * Runs the embedded database in a thread, and connects sockets to it. PGlite has one session: only one socket is served at a time,
 * and the next one when that is closed.
 *
 * A thread that ends by itself is restarted. That is as safe as a start after a kill: the old thread and its open files are gone by
 * then, and PostgreSQL replays its log up to the last commit.
 */
export class EmbeddedServer implements SocketPeer {
  readonly #directory: string
  readonly #options: typeof defaultOptions
  readonly #onFatal: (error: Error) => void
  #thread: DatabaseThread | undefined
  #starting: Promise<void> | undefined
  /** Why no socket is served any more; undefined while the database runs. */
  #ended: Error | undefined
  #waiting: EmbeddedSocket[] = []
  /** The socket that has the session. */
  #holder: EmbeddedSocket | undefined
  /** The number of the holder's connection. Responses to earlier connections are dropped. */
  #connection = 0
  /** True once the start-up packet was sent on it. */
  #isOpen = false
  /** How many exchanges of closed connections the thread still works on. The session is not free before they are done. */
  #abandoned = 0
  #abandonedTimer: NodeJS.Timeout | undefined
  #restarts: number[] = []
  readonly #threadGone = Promise.withResolvers<void>()

  /** `directory` must hold a database that no other process uses. */
  constructor(directory: string, { onFatal, ...options }: EmbeddedServerOptions = {}) {
    this.#directory = directory
    this.#onFatal = onFatal ?? (() => {})
    this.#options = { ...defaultOptions, ...options }
  }

  /** Resolves when connections are served. Called once. */
  async start(): Promise<void> {
    this.#thread = await startDatabaseThread(this.#directory, this.#options.startTimeoutMs, {
      onResponse: (connection, bytes, last) => this.#receive(connection, bytes, last),
      onEnd: (error) => this.#threadEnded(error ?? new Error('The embedded database ended')),
    })
    this.#serveNext()
  }

  /** A socket for pg's `stream` option. */
  socket(): EmbeddedSocket {
    return new EmbeddedSocket(this)
  }

  attach(socket: EmbeddedSocket): void {
    if (this.#ended) return void socket.destroy(this.#ended)
    this.#waiting.push(socket)
    this.#serveNext()
  }

  detach(socket: EmbeddedSocket): void {
    this.#waiting = this.#waiting.filter((other) => other !== socket)
    if (this.#holder !== socket) return
    this.#holder = undefined
    this.#abandoned += socket.exchangesInFlight
    this.#watchAbandoned()
    this.#serveNext()
  }

  exchange(socket: EmbeddedSocket, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#holder !== socket) return
    this.#thread?.send({ type: this.#isOpen ? 'exchange' : 'open', connection: this.#connection, bytes })
    this.#isOpen = true
  }

  /** Shuts the database down, cleanly where that does not take too long. Open sockets are destroyed. */
  async close(): Promise<void> {
    this.#end(connectionLost('The embedded database is closed'))
    await this.#starting
    if (!this.#thread) return
    this.#thread.send({ type: 'close' })
    const deadline = new AbortController()
    await Promise.race([
      this.#threadGone.promise,
      delay(this.#options.closeTimeoutMs, undefined, { signal: deadline.signal }).catch(() => {}),
    ])
    deadline.abort()
    await this.#thread?.terminate()
  }

  #serveNext(): void {
    if (!this.#thread || this.#holder || this.#abandoned > 0) return
    const socket = this.#waiting.shift()
    if (!socket) return
    this.#holder = socket
    this.#connection += 1
    this.#isOpen = false
    // Deferred: pg adds its listener only after it has called `connect`.
    process.nextTick(() => socket.opened())
  }

  #receive(connection: number, bytes: Uint8Array, last: boolean): void {
    if (connection === this.#connection && this.#holder) {
      this.#holder.receive(bytes, last)
    } else if (last) {
      this.#abandoned -= 1
      this.#watchAbandoned()
      this.#serveNext()
    }
  }

  #watchAbandoned(): void {
    clearTimeout(this.#abandonedTimer)
    if (this.#abandoned === 0) return
    this.#abandonedTimer = setTimeout(() => this.#thread?.terminate(), this.#options.abandonedTimeoutMs)
  }

  #threadEnded(error: Error): void {
    this.#thread = undefined
    clearTimeout(this.#abandonedTimer)
    const holder = this.#holder
    this.#holder = undefined
    holder?.destroy(connectionLost(error.message))
    this.#abandoned = 0
    this.#threadGone.resolve()
    if (!this.#ended) this.#restart(error)
  }

  #restart(error: Error): void {
    const { maxRestarts, restartWindowMs } = this.#options
    const now = performance.now()
    this.#restarts = this.#restarts.filter((at) => now - at < restartWindowMs)
    if (this.#restarts.length < maxRestarts) {
      this.#restarts.push(now)
      this.#starting = this.start().catch((cause: Error) => this.#fail(cause))
    } else {
      this.#fail(error)
    }
  }

  #fail(cause: Error): void {
    const error = connectionLost(`The embedded database cannot be kept running: ${cause.message}`)
    this.#end(error)
    this.#onFatal(error)
  }

  #end(error: Error): void {
    this.#ended ??= error
    this.#holder?.destroy(error)
    for (const socket of this.#waiting) socket.destroy(error)
  }
}

/** An error with the code of a lost connection: pg ignores it on a connection that it is closing. */
function connectionLost(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' })
}
