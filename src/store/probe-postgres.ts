import pg from 'pg'
import { unavailable } from './database-failure.ts'

/** The server is there, and has no connection left. */
const tooManyConnections = '53300'

/**
 * Asks a PostgreSQL server, on a connection of its own, whether it is there and takes writes. Throws within `timeoutMs` where
 * it does not. That it has no connection left is no absence.
 */
export async function probePostgres(connectionString: string, timeoutMs: number): Promise<void> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: timeoutMs,
    application_name: 'chatterd probe',
  })
  // Such errors reject the calls below as well.
  client.on('error', () => {})
  const { promise: late, reject } = Promise.withResolvers<never>()
  const deadline = setTimeout(() => reject(unavailable(new Error('timeout expired'))), timeoutMs)
  try {
    await Promise.race([client.connect(), late])
    const text = "select current_setting('transaction_read_only')::boolean as read_only"
    const { rows } = await Promise.race([client.query(text), late])
    if (rows[0]?.read_only) throw unavailable(new Error('it takes no writes, as a read-only replica does'))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === tooManyConnections)) throw error
  } finally {
    clearTimeout(deadline)
    // Not waited for: a server that does not answer does not say goodbye either.
    void client.end()
  }
}
