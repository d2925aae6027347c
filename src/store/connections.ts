import type { Pool, PoolClient } from 'pg'
import { ChatterdError } from '../protocol/errors.ts'
import { isUnavailable, PublicReason, unavailableError } from './database-failure.ts'

export interface ConnectionsOptions {
  /** How long work may take before the server is probed, and how often it is probed after that; in ms, default 750. */
  suspectAfterMs?: number
  /** How many statements may wait for a connection; default 2,000. */
  maxWaiting?: number
  /** How long a statement may wait for a connection while all are busy; in ms, default 15,000. */
  waitMs?: number
}

/**
 * Lends connections of a pool, each for one piece of work, and ends the work when the server is gone: where packets vanish, a
 * connection may hang for minutes, and clients should get an error within two seconds.
 */
export class Connections {
  readonly #pool: Pool
  readonly #suspectAfterMs: number
  readonly #maxWaiting: number
  readonly #waitMs: number
  readonly #onSuspect: () => void
  /** One function for each piece of work in progress; it makes the work fail. */
  readonly #inProgress = new Set<(error: Error) => void>()
  /** When the server responded last. */
  #respondedAt = Number.NEGATIVE_INFINITY

  /** `onSuspect` is called when the server may be gone. It should probe the server, and call `destroyAll` where that is so. */
  constructor(pool: Pool, options: ConnectionsOptions, onSuspect: () => void) {
    this.#pool = pool
    this.#suspectAfterMs = options.suspectAfterMs ?? 750
    this.#maxWaiting = options.maxWaiting ?? 2_000
    this.#waitMs = options.waitMs ?? 15_000
    this.#onSuspect = onSuspect
    // Idle connections that break. Without a listener the error would end the process.
    pool.on('error', onSuspect)
    // The same for connections that are lent. The work on them fails by itself.
    pool.on('connect', (client) => client.on('error', () => {}))
  }

  /**
   * Does `work` on a connection, within `timeoutMs`, which includes the wait for a connection. Throws `database-unavailable` where
   * the database did not do it; when the connection broke before the response, it may have done it nevertheless. SQL errors are
   * thrown as pg throws them.
   */
  async use<T>(work: (client: PoolClient) => Promise<T>, timeoutMs: number): Promise<T> {
    if (this.#pool.waitingCount >= this.#maxWaiting) {
      throw tooManyAtOnce()
    }
    const { promise: failed, reject: fail } = Promise.withResolvers<never>()
    this.#inProgress.add(fail)
    const deadline = performance.now() + timeoutMs
    const timer = setInterval(() => {
      if (performance.now() < deadline) this.#onSuspect()
      else fail(unavailableError(new PublicReason(`it did not answer within ${timeoutMs} ms`)))
    }, this.#suspectAfterMs)
    let client: PoolClient | undefined
    try {
      client = await this.#acquire(failed, fail)
      const result = await Promise.race([work(client), failed])
      this.#respondedAt = performance.now()
      client.release()
      return result
    } catch (error) {
      // Whatever keeps a connection from being made, the database cannot be used.
      const broken = client === undefined || isUnavailable(error)
      // After a SQL error the connection is kept: its prepared statements would have to be prepared again.
      client?.release(broken)
      if (!broken) throw error
      this.#onSuspect()
      throw unavailableError(error)
    } finally {
      clearInterval(timer)
      this.#inProgress.delete(fail)
    }
  }

  /** True where the server has responded to any work since `moment`, a time of `performance.now()`. */
  respondedSince(moment: number): boolean {
    return this.#respondedAt > moment
  }

  /** Makes all work in progress fail, and destroys its connections. */
  destroyAll(error: Error): void {
    for (const fail of this.#inProgress) fail(error)
  }

  /** Work in progress fails. */
  async close(): Promise<void> {
    this.destroyAll(unavailableError(new PublicReason('it is closed')))
    await this.#pool.end()
  }

  async #acquire(failed: Promise<never>, fail: (error: Error) => void): Promise<PoolClient> {
    const connecting = this.#pool.connect()
    const waits = this.#pool.waitingCount > this.#pool.idleCount
    const timer = waits ? setTimeout(() => fail(tooManyAtOnce()), this.#waitMs) : undefined
    try {
      return await Promise.race([connecting, failed])
    } catch (error) {
      connecting.then(
        (late) => late.release(),
        () => {},
      )
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
}

function tooManyAtOnce(): ChatterdError {
  const message =
    'Too many requests at once: all connections to the database are busy (setting CHATTERD_DATABASE_POOL). Try again later.'
  return new ChatterdError('database-unavailable', message)
}
