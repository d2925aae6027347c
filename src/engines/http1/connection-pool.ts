import { Connection, type Target } from './connection.ts'

/** How long a free connection is kept open where the server does not say how long it keeps it, in milliseconds. */
const defaultIdleMs = 4_000
const maxIdleMs = 600_000
/** How much earlier than the server the pool closes a free connection, so that no request meets a closed one, in milliseconds. */
const marginMs = 2_000

/** The pool is closed. */
export class PoolClosed extends Error {}

/** The connections to one server: one for each exchange in progress, and for some seconds those that are free. */
export class ConnectionPool {
  readonly #target: Target
  readonly #all = new Set<Connection>()
  /** In the order of their last use. */
  #free: Connection[] = []
  #closed = false

  constructor(target: Target) {
    this.#target = target
  }

  /** A free connection, or a new one; with `fresh` always a new one. Throws `PoolClosed`. */
  take(fresh = false): Connection {
    if (this.#closed) throw new PoolClosed('the pool is closed')
    for (let free = fresh ? undefined : this.#free.pop(); free; free = this.#free.pop()) {
      if (free.isOpen) return free
    }
    const connection = new Connection(this.#target, (closed) => this.#remove(closed))
    this.#all.add(connection)
    return connection
  }

  /** Returns a connection after its exchange. The server keeps it open for `keepAliveSeconds`. */
  release(connection: Connection, keepAliveSeconds: number | undefined): void {
    const ms =
      keepAliveSeconds === undefined ? defaultIdleMs : Math.min(keepAliveSeconds * 1000 - marginMs, maxIdleMs)
    if (ms > 0 && !this.#closed) {
      this.#free.push(connection)
      connection.keepIdle(ms)
    } else {
      connection.close()
    }
  }

  /** Closes all connections. Exchanges in progress fail with `PoolClosed`. */
  close(): void {
    this.#closed = true
    for (const connection of this.#all) connection.fail(new PoolClosed('the pool is closed'))
  }

  #remove(connection: Connection): void {
    this.#all.delete(connection)
    this.#free = this.#free.filter((free) => free !== connection)
  }
}
