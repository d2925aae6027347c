import type { Pool, PoolClient } from 'pg'
import { ChatterdError } from '../protocol/errors.ts'
import { isUnavailable, unavailable } from './database-failure.ts'

export interface ConnectionsOptions {
  /** Work that has gone on for so long makes us ask whether the server is there, again and again; in ms, default 750. */
  suspectAfterMs?: number
  /** Statements that may wait for a connection; default 1,000. */
  maxWaiting?: number
}

/**
 * Lends connections of a pool, each for one piece of work, so that no work outlives the server: a connection may hang for
 * minutes where packets vanish, while whoever waits for it should be told within two seconds.
 */
export class Connections {
  readonly #pool: Pool
  readonly #suspectAfterMs: number
  readonly #maxWaiting: number
  readonly #onSuspect: () => void
  readonly #cut = new Set<(error: Error) => void>()
  /** When the server answered last. */
  #answeredAt = Number.NEGATIVE_INFINITY

  /** `onSuspect` is called when something hints that the server may be gone; it calls `destroyAll` where that is so. */
  constructor(pool: Pool, options: ConnectionsOptions, onSuspect: () => void) {
    this.#pool = pool
    this.#suspectAfterMs = options.suspectAfterMs ?? 750
    this.#maxWaiting = options.maxWaiting ?? 1_000
    this.#onSuspect = onSuspect
    // An idle connection that breaks; without a listener that would end the process.
    pool.on('error', onSuspect)
    // The same for one that is lent: the work on it fails anyhow.
    pool.on('connect', (client) => client.on('error', () => {}))
  }

  /**
   * Does `work` on a connection, within `timeoutMs` with the wait for one. Throws `database-unavailable` where the database
   * could not do it; it may have been done nevertheless, when the connection broke before the answer. A SQL error comes as pg
   * throws it.
   */
  async use<T>(work: (client: PoolClient) => Promise<T>, timeoutMs: number): Promise<T> {
    if (this.#pool.waitingCount >= this.#maxWaiting) {
      throw new ChatterdError(
        'database-unavailable',
        'Too many requests wait for the database. Try again later.',
      )
    }
    const { promise: cut, reject } = Promise.withResolvers<never>()
    this.#cut.add(reject)
    const deadline = performance.now() + timeoutMs
    const timer = setInterval(() => {
      if (performance.now() < deadline) this.#onSuspect()
      else reject(unavailable(new Error(`it did not answer within ${timeoutMs} ms`)))
    }, this.#suspectAfterMs)
    let client: PoolClient | undefined
    try {
      client = await this.#acquire(cut)
      const result = await Promise.race([work(client), cut])
      this.#answeredAt = performance.now()
      client.release()
      return result
    } catch (error) {
      const broken = isUnavailable(error)
      // Kept after an error of the statement alone: its prepared statements are worth something.
      client?.release(broken)
      if (!broken) throw error
      this.#onSuspect()
      throw unavailable(error)
    } finally {
      clearInterval(timer)
      this.#cut.delete(reject)
    }
  }

  /** True where the server has answered somebody since this moment, of `performance.now()`. */
  answeredSince(moment: number): boolean {
    return this.#answeredAt > moment
  }

  /** Fails all work that goes on, and destroys its connections. */
  destroyAll(error: Error): void {
    for (const cut of this.#cut) cut(error)
  }

  /** Fails the work that goes on. */
  async close(): Promise<void> {
    this.destroyAll(unavailable(new Error('it is closed')))
    await this.#pool.end()
  }

  async #acquire(cut: Promise<never>): Promise<PoolClient> {
    const connecting = this.#pool.connect()
    try {
      return await Promise.race([connecting, cut])
    } catch (error) {
      connecting.then(
        (late) => late.release(),
        () => {},
      )
      throw error
    }
  }
}
