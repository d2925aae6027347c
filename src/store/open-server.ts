import pg, { type PoolConfig } from 'pg'
import { type EmbeddedOptions, openEmbedded } from './embedded/open-embedded.ts'
import { probePostgres } from './probe-postgres.ts'

/** Where the data is: in the embedded database of a data directory, or in a PostgreSQL server, by its URL. */
export type DatabaseSource = ({ kind: 'embedded' } & EmbeddedOptions) | { kind: 'postgresql'; url: string }

export interface ServerOptions {
  source: DatabaseSource
  /** Connections to PostgreSQL; default 10. The embedded database has one. */
  poolSize?: number
  /** How long a connection may take to be had, in ms; default 1,500 of PostgreSQL, 10,000 of the embedded database. */
  connectTimeoutMs?: number
  /** How long PostgreSQL may take to say that it is there, in ms; default 750. */
  probeTimeoutMs?: number
}

/** What serves the data, as the pool and the watch over it need it. */
export interface Server {
  pool: PoolConfig
  /** Rejects where it is not there. */
  probe(): Promise<void>
  announce(address: string): void
  close(): Promise<void>
}

/** bigint: https://www.postgresql.org/docs/current/datatype-numeric.html, by its number in pg_type. */
const int8 = 20

/** pg's own reading of values, but for bigints, which it leaves as text: numbers, where they are safe. */
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

/** Opens what serves the data. `onFatal` is told where the embedded database will serve no more. */
export async function openServer(options: ServerOptions, onFatal: (error: Error) => void): Promise<Server> {
  const { source } = options
  if (source.kind === 'postgresql') return postgres(source.url, options)
  const embedded = await openEmbedded({ ...source, onFatal })
  return {
    pool: {
      stream: embedded.stream,
      max: 1,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
      idleTimeoutMillis: 0,
      // Spelled out, or pg would take them from the environment.
      host: 'embedded',
      port: 0,
      user: 'postgres',
      password: '',
      database: 'postgres',
      ssl: false,
      types,
    },
    // It is here, or `onFatal` has been called: statements that take long only wait for each other.
    probe: async () => {},
    announce: embedded.announce,
    close: embedded.close,
  }
}

function postgres(url: string, options: ServerOptions): Server {
  // Not repeated in the words: it holds a password.
  if (!URL.canParse(url))
    throw new Error('The address of the database is none: expected postgres://user:password@host:5432/name.')
  return {
    pool: {
      connectionString: url,
      max: options.poolSize ?? 10,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 1_500,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'chatterd',
      types,
    },
    probe: () => probePostgres(url, options.probeTimeoutMs ?? 750),
    announce() {},
    async close() {},
  }
}
