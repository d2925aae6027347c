import pg from 'pg'
import { Availability, type DatabaseState } from './availability.ts'
import { Connections, type ConnectionsOptions } from './connections.ts'
import { isSilence, unavailable } from './database-failure.ts'
import { type DatabaseSource, openServer, type ServerOptions } from './open-server.ts'
import { applySchema } from './schema/apply-schema.ts'
import { readSchema, type Schema } from './schema/read-schema.ts'

export type { DatabaseState } from './availability.ts'
export type { DatabaseSource } from './open-server.ts'

export interface DatabaseOptions extends ConnectionsOptions, ServerOptions {
  /** Default: the one of `schema/`, beside this file. */
  schema?: Schema
  /** How long one statement may take, in ms; default 30,000. That a server is gone is found out much sooner. */
  statementTimeoutMs?: number
  /** How long bringing the schema up to date may take, in ms, with the wait for another process that is at it; default 600,000. */
  schemaTimeoutMs?: number
  /** Told of each change. */
  onStateChange?: (state: DatabaseState) => void
}

/** A statement that is prepared once a connection: `name` stands for `text`, always the same. */
export interface Statement {
  name: string
  text: string
  values?: unknown[]
}

/** The database. Its times and sizes are such that a caller has an answer, or `database-unavailable`, within two seconds of its absence. */
export interface Database {
  readonly kind: DatabaseSource['kind']
  /**
   * Rows of one statement; bigints as numbers where they are safe, JSON parsed. Throws `database-unavailable`, also before its
   * schema is up to date; errors of the statement itself as pg has them, with their SQLSTATE as `code`.
   */
  query<Row>(statement: Statement): Promise<Row[]>
  /** Throws `database-unavailable` where it is not ready, by asking it. */
  check(): Promise<void>
  state(): DatabaseState
  /** Resolves when it is ready for the first time; rejects where it never will be: a newer schema, missing rights. */
  readonly whenReady: Promise<void>
  /** Where this process serves: told to a second one that wants the same embedded database. */
  announce(address: string): void
  /** Work that goes on fails. */
  close(): Promise<void>
}

/**
 * Opens the database and brings its schema up to date. PostgreSQL may be away: then this returns nevertheless, and the
 * database is ready when it first answers. Throws where that cannot become true by waiting: the embedded database is in use
 * or broken, the URL is none.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const schema = options.schema ?? (await readSchema(new URL('./schema/', import.meta.url)))
  const { schemaTimeoutMs = 600_000, statementTimeoutMs = 30_000 } = options
  const server = await openServer(options, (error) => availability.fail(error))
  const connections = new Connections(new pg.Pool(server.pool), options, () => availability.check())
  const availability = new Availability({
    probe,
    prepare: () =>
      connections.use(
        (client) => applySchema(async (sql, values) => (await client.query(sql, values)).rows, schema),
        schemaTimeoutMs,
      ),
    onAway: (error) => connections.destroyAll(unavailable(error)),
    onChange: options.onStateChange,
  })
  availability.check()

  /** A server that answers others meanwhile is there, and only busy: to cut off what it works on would only be more work for it. */
  async function probe(): Promise<void> {
    const began = performance.now()
    try {
      await server.probe()
    } catch (error) {
      if (!isSilence(error) || !connections.answeredSince(began)) throw error
    }
  }

  async function query<Row>(statement: Statement): Promise<Row[]> {
    const state = availability.state
    if (!state.ready) throw unavailable(new Error(state.reason))
    return await connections.use(async (client) => (await client.query(statement)).rows, statementTimeoutMs)
  }

  return {
    kind: options.source.kind,
    query,
    check: async () => void (await query({ name: 'chatterd_check', text: 'select 1' })),
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
