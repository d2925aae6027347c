import { setTimeout as delay } from 'node:timers/promises'
import { type DatabaseThread, startDatabaseThread } from './database-thread.ts'
import { defaultOptions, type EmbeddedServerOptions } from './embedded-server-options.ts'
import { EmbeddedSocket, type SocketPeer } from './embedded-socket.ts'

/**
 * The embedded database as pg sees it: something to connect to. PGlite has one session, so of several sockets one is served,
 * and the next when that one is closed.
 *
 * When the thread ends by itself it is started anew. That is as safe as a start after a kill: the old thread and its open
 * files are gone by then, and PostgreSQL's log brings the data to the last commit.
 */
export class EmbeddedServer implements SocketPeer {
  readonly #directory: string
  readonly #options: typeof defaultOptions
  readonly #onFatal: (error: Error) => void
  #thread: DatabaseThread | undefined
  #starting: Promise<void> | undefined
  /** Why there is no database any more. */
  #ended: Error | undefined
  #waiting: EmbeddedSocket[] = []
  #holder: EmbeddedSocket | undefined
  /** Number of the holder's connection: answers to earlier ones find nobody. */
  #connection = 0
  #greeted = false
  /** Exchanges that the thread still works on, of a connection that is closed: the session is not free before. */
  #abandoned = 0
  #abandonedTimer: NodeJS.Timeout | undefined
  #restarts: number[] = []
  readonly #gone = Promise.withResolvers<void>()

  /** `directory` must hold a database and belong to this process. */
  constructor(directory: string, { onFatal, ...options }: EmbeddedServerOptions = {}) {
    this.#directory = directory
    this.#onFatal = onFatal ?? (() => {})
    this.#options = { ...defaultOptions, ...options }
  }

  /** Resolves when connections are served. Called once. */
  async start(): Promise<void> {
    this.#thread = await startDatabaseThread(this.#directory, this.#options.startTimeoutMs, {
      onResponse: (connection, bytes, last) => this.#answered(connection, bytes, last),
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
    this.#thread?.send({ type: this.#greeted ? 'exchange' : 'open', connection: this.#connection, bytes })
    this.#greeted = true
  }

  /** Ends the database, cleanly where it can be had in time. Open sockets are destroyed. */
  async close(): Promise<void> {
    this.#end(connectionLost('The embedded database is closed'))
    await this.#starting
    if (!this.#thread) return
    this.#thread.send({ type: 'close' })
    const deadline = new AbortController()
    await Promise.race([
      this.#gone.promise,
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
    this.#greeted = false
    // Not at once: pg listens for it after it has called `connect`.
    process.nextTick(() => socket.opened())
  }

  #answered(connection: number, bytes: Uint8Array, last: boolean): void {
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
    this.#gone.resolve()
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

/** An error as sockets have it, with the code by which pg knows that it may come after the end of a connection. */
function connectionLost(message: string): Error {
  return Object.assign(new Error(message), { code: 'ECONNRESET' })
}
