import { Availability, type DatabaseState } from './availability.ts'
import { checkWrites } from './check-writes.ts'
import { Connections, type ConnectionsOptions } from './connections.ts'
import { isTimeout, PublicReason, unavailableError } from './database-failure.ts'
import { type DatabaseSource, openServer, type ServerOptions } from './open-server.ts'
import { repeatRolledBack } from './repeat-rolled-back.ts'
import { applySchema } from './schema/apply-schema.ts'
import { readSchema, type Schema } from './schema/read-schema.ts'
import type { Statement } from './statement.ts'

export type { DatabaseState } from './availability.ts'
export type { DatabaseSource } from './open-server.ts'
export type { Statement } from './statement.ts'

export interface DatabaseOptions extends ConnectionsOptions, ServerOptions {
  /** Default: the schema in `schema/`, beside this file. */
  schema?: Schema
  /** How long one statement may take, in ms; default 30,000. A server that is gone is noticed much sooner. */
  statementTimeoutMs?: number
  /** How long the update of the schema may take, in ms, with the wait for another process that does the same; default 600,000. */
  schemaTimeoutMs?: number
  /** Called on each change. */
  onStateChange?: (state: DatabaseState) => void
}

/** How often writes are checked at most, in milliseconds. */
const checkIntervalMs = 1_000

/** An open database. With the default time-outs, callers get `database-unavailable` within two seconds after the server is gone. */
export interface Database {
  readonly kind: DatabaseSource['kind']
  /**
   * Runs a statement and returns its rows: bigints as numbers where they are safe integers, JSON parsed. Throws
   * `database-unavailable`, also before the schema is up to date; and SQL errors as pg throws them, with the SQLSTATE as `code`.
   */
  query<Row>(statement: Statement): Promise<Row[]>
  /** Checks that it accepts writes, at most once a second. Throws `database-unavailable`. */
  check(): Promise<void>
  state(): DatabaseState
  /** Resolves when it is ready for the first time; rejects when it never can be: the schema is newer, rights are missing. */
  readonly whenReady: Promise<void>
  /** Publishes the address that this process serves, for the error that a second process on the same data gets. */
  announce(address: string): void
  /** Statements in progress fail. */
  close(): Promise<void>
}

/**
 * Opens the database and brings its schema up to date. Where PostgreSQL is away, this returns nevertheless, and the database becomes
 * ready when the server responds. Throws where waiting does not help: the embedded database is in use or broken, or the URL is not
 * valid.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const schema = options.schema ?? (await readSchema(new URL('./schema/', import.meta.url)))
  const { schemaTimeoutMs = 600_000, statementTimeoutMs = 30_000 } = options
  const server = await openServer(options, (error) => availability.fail(error))
  const connections = new Connections(server, options, () => availability.check())
  const availability = new Availability({
    probe,
    prepare: () =>
      connections.use(
        (client) => applySchema(async (sql, values) => (await client.query(sql, values)).rows, schema),
        schemaTimeoutMs,
      ),
    onAway: (error) => connections.destroyAll(unavailableError(error)),
    onChange: options.onStateChange,
  })
  availability.check()

  /** A server that responds on other connections is only busy: to destroy these would give it even more work. */
  async function probe(): Promise<void> {
    const began = performance.now()
    try {
      if (server.probe) await server.probe()
      else await connections.use(checkWrites, statementTimeoutMs)
    } catch (error) {
      if (!isTimeout(error) || !connections.respondedSince(began)) throw error
    }
  }

  function failWhileAway(): void {
    const { state } = availability
    if (!state.ready) throw unavailableError(new PublicReason(state.reason))
  }

  async function query<Row>(statement: Statement): Promise<Row[]> {
    failWhileAway()
    return await repeatRolledBack(() =>
      connections.use((client) => server.query<Row>(client, statement), statementTimeoutMs),
    )
  }

  const recentCheck = onceIn(checkIntervalMs, () => connections.use(checkWrites, statementTimeoutMs))

  return {
    kind: options.source.kind,
    query,
    async check() {
      failWhileAway()
      await recentCheck()
    },
    state: () => availability.state,
    whenReady: availability.whenReady,
    announce: server.announce,
    async close() {
      availability.close()
      await connections.close()
      await server.close()
    },
  }
}

/** Calls a function at most once in so many milliseconds; calls in between get what the last one came to. */
function onceIn(intervalMs: number, call: () => Promise<void>): () => Promise<void> {
  let calledAt = Number.NEGATIVE_INFINITY
  let last = Promise.resolve()
  return () => {
    const now = performance.now()
    if (now - calledAt < intervalMs) return last
    calledAt = now
    last = call()
    return last
  }
}
