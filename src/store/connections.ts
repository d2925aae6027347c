import { ChatterdError } from '../protocol/errors.ts'
import { isUnavailable, PublicReason, unavailableError } from './database-failure.ts'
import { IdleStack } from './idle-stack.ts'
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
  client?: PostgresClient
  isConnected: boolean
  /** Set while it waits for a connection. */
  lend?: (client: PostgresClient) => void
  fail(error: Error): void
}

/** Times are counted in ticks, of which so many are in `suspectAfterMs`: while this thread is busy, time stands still. */
const ticksUntilSuspect = 5
const isClosed = unavailableError(new PublicReason('it is closed'))

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
  /** Those of them that have not begun to connect. */
  readonly #new = new Set<PostgresClient>()
  readonly #idle = new IdleStack<PostgresClient>()
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
    if (this.#isClosed) throw isClosed
    const { promise: failed, reject: fail } = Promise.withResolvers<never>()
    const own: Work = { ticks: 0, timeoutTicks: timeoutMs / this.#tickMs, isConnected: false, fail }
    this.#inProgress.add(own)
    this.#ticker ??= setTimeout(() => this.#tick(), this.#tickMs)
    try {
      const result = await Promise.race([this.#do(work, own), failed])
      this.#respondedAt = performance.now()
      if (own.client) this.#release(own.client)
      return result
    } catch (error) {
      // Whatever keeps a connection from being made, the database cannot be used.
      const isBroken = !own.isConnected || isUnavailable(error)
      // After a SQL error the connection is kept: its prepared statements would have to be prepared again.
      if (own.client && isBroken) this.#destroy(own.client)
      else if (own.client) this.#release(own.client)
      if (!isBroken) throw error
      this.#onSuspect()
      throw unavailableError(error)
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
    this.destroyAll(isClosed)
    clearTimeout(this.#ticker)
    clearInterval(this.#idleTimer)
    await Promise.all(this.#idle.takeAll().map((client) => client.end()))
  }

  async #do<T>(work: (client: PostgresClient) => Promise<T>, own: Work): Promise<T> {
    own.client = this.#idle.pop() ?? this.#createIfFew() ?? (await this.#waitForClient(own))
    await this.#connectIfNew(own.client)
    own.isConnected = true
    return await work(own.client)
  }

  #createIfFew(): PostgresClient | undefined {
    if (this.#clients.size >= this.#source.maxConnections) return undefined
    const client = this.#source.createClient()
    this.#clients.add(client)
    this.#new.add(client)
    // Without a listener an error would end the process. It also rejects the work on the connection.
    client.on('error', () => this.#destroy(client))
    client.on('end', () => this.#forget(client))
    return client
  }

  async #waitForClient(own: Work): Promise<PostgresClient> {
    if (this.#waiting.length >= this.#maxWaiting) throw tooManyAtOnce()
    const { promise, resolve } = Promise.withResolvers<PostgresClient>()
    own.lend = resolve
    this.#waiting.push(own)
    return await promise
  }

  async #connectIfNew(client: PostgresClient): Promise<void> {
    if (!this.#new.delete(client)) return
    await client.connect()
    await this.#source.begin?.(client)
  }

  #release(client: PostgresClient): void {
    if (!this.#clients.has(client)) return
    if (this.#isClosed) void client.end()
    else if (this.#waiting.length > 0) this.#lendToNext(client)
    else this.#idle.push(client)
  }

  #lendToNext(client: PostgresClient): void {
    const next = this.#waiting.shift()
    if (!next) return
    next.client = client
    next.lend?.(client)
    delete next.lend
  }

  #destroy(client: PostgresClient): void {
    // Also while it connects: `client.end` would wait for that.
    client.connection.stream.destroy()
    this.#forget(client)
  }

  /** The connection is closed. Another one may be opened. */
  #forget(client: PostgresClient): void {
    if (!this.#clients.delete(client)) return
    this.#new.delete(client)
    if (this.#idle.remove(client)) this.#onSuspect()
    const another = this.#waiting.length > 0 && !this.#isClosed ? this.#createIfFew() : undefined
    if (another) this.#lendToNext(another)
  }

  #fail(work: Work, error: Error): void {
    const index = this.#waiting.indexOf(work)
    if (index >= 0) this.#waiting.splice(index, 1)
    work.fail(error)
  }

  #tick(): void {
    this.#ticker = this.#inProgress.size > 0 ? setTimeout(() => this.#tick(), this.#tickMs) : undefined
    for (const work of this.#inProgress) {
      work.ticks += 1
      if (work.ticks >= work.timeoutTicks) this.#fail(work, timedOut(work.timeoutTicks * this.#tickMs))
      else if (work.lend && work.ticks >= this.#waitTicks) this.#fail(work, tooManyAtOnce())
      else if (work.ticks % ticksUntilSuspect === 0) this.#onSuspect()
    }
  }

  #closeIdle(): void {
    for (const client of this.#idle.takeLongIdle()) {
      this.#clients.delete(client)
      void client.end()
    }
  }
}

function timedOut(timeoutMs: number): ChatterdError {
  return unavailableError(new PublicReason(`it did not answer within ${timeoutMs} ms`))
}

function tooManyAtOnce(): ChatterdError {
  const message =
    'Too many requests at once: all connections to the database are busy (setting CHATTERD_DATABASE_POOL). Try again later.'
  return new ChatterdError('database-unavailable', message)
}
