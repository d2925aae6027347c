import { Connection, type Target } from './connection.ts'

/** How long a connection is kept for the next exchange where its server does not tell how long it keeps it, in milliseconds. */
const usualRestMs = 4_000
const longestRestMs = 600_000
/** How much earlier than its server a connection is given up, so that no request crosses its end, in milliseconds. */
const marginMs = 2_000

/** The pool was closed. */
export class PoolClosed extends Error {}

/** The connections to one server: as many as there are exchanges at once, and for a while those that are free. */
export class ConnectionPool {
  readonly #target: Target
  readonly #all = new Set<Connection>()
  /** The one that was used last comes last. */
  #free: Connection[] = []
  #closed = false

  constructor(target: Target) {
    this.#target = target
  }

  /** A free connection, or a new one; always new where it is to be `fresh`. Throws `PoolClosed`. */
  take(fresh = false): Connection {
    if (this.#closed) throw new PoolClosed('it was closed')
    for (let free = fresh ? undefined : this.#free.pop(); free; free = this.#free.pop()) {
      if (free.isOpen) return free
    }
    const connection = new Connection(this.#target, (gone) => this.#forget(gone))
    this.#all.add(connection)
    return connection
  }

  /** Takes back a connection whose exchange is over, and whose server keeps it for so many seconds. */
  giveBack(connection: Connection, keptSeconds: number | undefined): void {
    const ms =
      keptSeconds === undefined ? usualRestMs : Math.min(keptSeconds * 1000 - marginMs, longestRestMs)
    if (ms > 0 && !this.#closed) {
      this.#free.push(connection)
      connection.rest(ms)
    } else {
      connection.close()
    }
  }

  /** Closes all connections; exchanges that are under way end with `PoolClosed`. */
  close(): void {
    this.#closed = true
    for (const connection of this.#all) connection.fail(new PoolClosed('it was closed'))
  }

  #forget(connection: Connection): void {
    this.#all.delete(connection)
    this.#free = this.#free.filter((free) => free !== connection)
  }
}
