import pg, { type ClientBase } from 'pg'
import type { ConnectionSource } from './connections.ts'
import { type EmbeddedOptions, openEmbedded } from './embedded/open-embedded.ts'
import { connectionConfig } from './postgres/connection-config.ts'
import { runPrepared } from './postgres/json-query.ts'
import { PostgresClient } from './postgres/postgres-client.ts'
import { probePostgres } from './postgres/probe-postgres.ts'
import { type Pooling, Sessions } from './postgres/session.ts'
import type { Statement } from './statement.ts'

/** The embedded database in a data directory, or a database of a PostgreSQL server, by its URL. */
export type DatabaseSource =
  | ({ kind: 'embedded' } & EmbeddedOptions)
  | { kind: 'postgresql'; url: string; pooling?: Pooling }

export interface ServerOptions {
  source: DatabaseSource
  /** How many connections to PostgreSQL are opened; default 10. The embedded database has one. */
  poolSize?: number
  /** How long it may take to connect, in ms; default 1,500 for PostgreSQL, 10,000 for the embedded database. */
  connectTimeoutMs?: number
  /** How long PostgreSQL may take to respond to a probe, in ms; default 750. */
  probeTimeoutMs?: number
}

/** What connections and probes need of the server. */
export interface DatabaseServer extends ConnectionSource {
  /**
   * Rejects where the server cannot be reached or does not accept writes. Absent where there is one connection, over which that can be
   * found out.
   */
  probe?: () => Promise<void>
  /** Runs a statement on a connection. */
  query<Row>(client: ClientBase, statement: Statement): Promise<Row[]>
  /** Publishes the address that this process serves, for the error that a second process on the same data gets. */
  announce(address: string): void
  close(): Promise<void>
}

/** The id of the type `bigint` in pg_type: https://www.postgresql.org/docs/current/catalog-pg-type.html */
const int8 = 20

/** pg's own parsers, except for bigint: a number where it is a safe integer, else text, which pg itself always returns. */
const types: Pick<typeof pg.types, 'getTypeParser'> = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (oid === int8 && format !== 'binary') return parseBigint
    return pg.types.getTypeParser(oid, format)
  },
}

function parseBigint(text: string): number | string {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

/** `onFatal` is called when the embedded database has failed for good. */
export async function openServer(
  options: ServerOptions,
  onFatal: (error: Error) => void,
): Promise<DatabaseServer> {
  const { source } = options
  if (source.kind === 'postgresql') return postgres(source.url, source.pooling ?? 'auto', options)
  const embedded = await openEmbedded({ ...source, onFatal })
  return {
    maxConnections: 1,
    createClient: () =>
      new PostgresClient({
        stream: embedded.stream,
        // All are given, because pg takes absent ones from the environment.
        host: 'embedded',
        port: 0,
        user: 'postgres',
        password: '',
        database: 'postgres',
        ssl: false,
        types,
      }),
    query: runPrepared,
    announce: embedded.announce,
    close: embedded.close,
  }
}

function postgres(url: string, pooling: Pooling, options: ServerOptions): DatabaseServer {
  const sessions = new Sessions(pooling)
  const begin = (client: ClientBase) => sessions.begin(client)
  const config = connectionConfig(url)
  // Throws where a file that the URL names cannot be read.
  new PostgresClient(config)
  return {
    maxConnections: options.poolSize ?? 10,
    createClient: () =>
      new PostgresClient({
        ...config,
        connectTimeoutMs: options.connectTimeoutMs ?? 1_500,
        keepAlive: true,
        keepAliveInitialDelayMillis: 10_000,
        application_name: 'chatterd',
        types,
      }),
    begin,
    probe: () => probePostgres(config, begin, options.probeTimeoutMs ?? 750),
    query: (client, statement) => sessions.query(client, statement),
    announce() {},
    async close() {},
  }
}
