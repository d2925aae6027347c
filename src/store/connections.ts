import { ChatterdError } from '../protocol/errors.ts'
import { isUnavailable, PublicReason, unavailableError } from './database-failure.ts'
import type { PostgresClient } from './postgres/postgres-client.ts'

export interface ConnectionsOptions {
  /** How long work may take before the server is probed, and how often it is probed after that; in ms, default 750. */
  suspectAfterMs?: number
  /** How many statements may wait for a connection; default 2,000. */
  maxWaiting?: number
  /** How long a statement may wait for a connection while all are busy; in ms, default 15,000. */
  waitMs?: number
}

/** The server that connections are made to. */
export interface ConnectionSource {
  maxConnections: number
  createClient(): PostgresClient
  /** Prepares a new connection for its first statement. */
  begin?(client: PostgresClient): Promise<void>
}

/** One piece of work in progress. */
interface Work {
  ticks: number
  timeoutTicks: number
  /** Set once it has a connection, or opens one. */
  client?: PostgresClient
  /** Set while it waits for a connection: undefined tells it to open one. */
  waiter?: PromiseWithResolvers<PostgresClient | undefined>
  /** Why it was made to fail. */
  failure?: Error
}

/** Times are counted in ticks, of which so many are in `suspectAfterMs`: while this thread is busy, time stands still. */
const ticksUntilSuspect = 5
/** Connections that were idle for all of this time are closed. */
const idleMs = 30_000

/**
 * Lends connections, each for one piece of work, and ends the work when the server is gone: where packets vanish, a connection may
 * hang for minutes, and clients should get an error within two seconds.
 */
export class Connections {
  readonly #source: ConnectionSource
  readonly #tickMs: number
  readonly #maxWaiting: number
  readonly #waitTicks: number
  readonly #onSuspect: () => void
  readonly #inProgress = new Set<Work>()
  readonly #waiting: Work[] = []
  readonly #clients = new Set<PostgresClient>()
  /** The one that was used last is on top: those at the bottom become idle for long. */
  readonly #idle: PostgresClient[] = []
  #leastIdle = 0
  readonly #idleTimer: NodeJS.Timeout
  #ticker: NodeJS.Timeout | undefined
  /** When the server responded last. */
  #respondedAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  /** `onSuspect` is called when the server may be gone. It should probe the server, and call `destroyAll` where that is so. */
  constructor(source: ConnectionSource, options: ConnectionsOptions, onSuspect: () => void) {
    const { suspectAfterMs = 750, waitMs = 15_000 } = options
    this.#source = source
    this.#tickMs = suspectAfterMs / ticksUntilSuspect
    this.#waitTicks = waitMs / this.#tickMs
    this.#maxWaiting = options.maxWaiting ?? 2_000
    this.#onSuspect = onSuspect
    this.#idleTimer = setInterval(() => this.#closeIdle(), idleMs)
    this.#idleTimer.unref()
  }

  /**
   * Does `work` on a connection, within `timeoutMs`, which includes the wait for a connection. Throws `database-unavailable` where
   * the database did not do it; when the connection broke before the response, it may have done it nevertheless. SQL errors are
   * thrown as pg throws them.
   */
  async use<T>(work: (client: PostgresClient) => Promise<T>, timeoutMs: number): Promise<T> {
    if (this.#isClosed) throw closed()
    const own: Work = { ticks: 0, timeoutTicks: timeoutMs / this.#tickMs }
    this.#inProgress.add(own)
    this.#ticker ??= setInterval(() => this.#tick(), this.#tickMs)
    let client: PostgresClient | undefined
    try {
      client = this.#takeIdle(own) ?? (await this.#acquire(own))
      const result = await work(client)
      this.#respondedAt = performance.now()
      this.#release(client)
      return result
    } catch (error) {
      const reason = own.failure ?? error
      // Whatever keeps a connection from being made, the database cannot be used.
      const isBroken = client === undefined || isUnavailable(reason)
      // After a SQL error the connection is kept: its prepared statements would have to be prepared again.
      if (client && !isBroken) this.#release(client)
      else if (own.client) this.#destroy(own.client)
      if (!isBroken) throw error
      this.#onSuspect()
      throw unavailableError(reason)
    } finally {
      this.#inProgress.delete(own)
    }
  }

  /** True where the server has responded to any work since `moment`, a time of `performance.now()`. */
  respondedSince(moment: number): boolean {
    return this.#respondedAt > moment
  }

  /** Makes all work in progress fail, and destroys its connections. */
  destroyAll(error: Error): void {
    for (const work of this.#inProgress) this.#fail(work, error)
  }

  /** Work in progress fails. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.destroyAll(closed())
    clearInterval(this.#ticker)
    clearInterval(this.#idleTimer)
    await Promise.all(this.#idle.map((client) => client.end()))
  }

  #takeIdle(own: Work): PostgresClient | undefined {
    const client = this.#idle.pop()
    if (!client) return undefined
    own.client = client
    this.#leastIdle = Math.min(this.#leastIdle, this.#idle.length)
    return client
  }

  async #acquire(own: Work): Promise<PostgresClient> {
    if (this.#clients.size < this.#source.maxConnections) return await this.#open(own)
    if (this.#waiting.length >= this.#maxWaiting) throw tooManyAtOnce()
    own.waiter = Promise.withResolvers()
    this.#waiting.push(own)
    return (await own.waiter.promise) ?? (await this.#open(own))
  }

  async #open(own: Work): Promise<PostgresClient> {
    const client = this.#source.createClient()
    own.client = client
    this.#clients.add(client)
    // Without a listener an error would end the process. It also rejects the work on the connection.
    client.on('error', () => this.#destroy(client))
    client.on('end', () => this.#forget(client))
    await client.connect()
    await this.#source.begin?.(client)
    return client
  }

  #release(client: PostgresClient): void {
    if (!this.#clients.has(client)) return
    if (this.#isClosed) return void client.end()
    const next = this.#waiting.shift()
    if (next) this.#handOver(next, client)
    else this.#idle.push(client)
  }

  #handOver(next: Work, client: PostgresClient | undefined): void {
    if (client) next.client = client
    next.waiter?.resolve(client)
    delete next.waiter
  }

  #destroy(client: PostgresClient): void {
    // Also while it connects: `client.end` would wait for that.
    client.connection.stream.destroy()
    this.#forget(client)
  }

  /** The connection is closed. Another one may be opened. */
  #forget(client: PostgresClient): void {
    if (!this.#clients.delete(client)) return
    const index = this.#idle.indexOf(client)
    if (index >= 0) {
      this.#idle.splice(index, 1)
      this.#leastIdle = Math.min(this.#leastIdle, this.#idle.length)
      this.#onSuspect()
    }
    const next = this.#waiting.shift()
    if (next) this.#handOver(next, undefined)
  }

  #fail(work: Work, error: Error): void {
    work.failure ??= error
    if (work.client) this.#destroy(work.client)
    const index = this.#waiting.indexOf(work)
    if (index >= 0) this.#waiting.splice(index, 1)
    work.waiter?.reject(error)
  }

  #tick(): void {
    if (this.#inProgress.size === 0) {
      clearInterval(this.#ticker)
      this.#ticker = undefined
    }
    for (const work of this.#inProgress) {
      work.ticks += 1
      if (work.ticks >= work.timeoutTicks) this.#fail(work, timedOut(work.timeoutTicks * this.#tickMs))
      else if (work.waiter && work.ticks >= this.#waitTicks) this.#fail(work, tooManyAtOnce())
      else if (work.ticks % ticksUntilSuspect === 0) this.#onSuspect()
    }
  }

  #closeIdle(): void {
    for (const client of this.#idle.splice(0, this.#leastIdle)) {
      this.#clients.delete(client)
      void client.end()
    }
    this.#leastIdle = this.#idle.length
  }
}

function closed(): ChatterdError {
  return unavailableError(new PublicReason('it is closed'))
}

function timedOut(timeoutMs: number): ChatterdError {
  return unavailableError(new PublicReason(`it did not answer within ${timeoutMs} ms`))
}

function tooManyAtOnce(): ChatterdError {
  const message =
    'Too many requests at once: all connections to the database are busy (setting CHATTERD_DATABASE_POOL). Try again later.'
  return new ChatterdError('database-unavailable', message)
}
