import pg from 'pg'
import { ChatterdError } from '../protocol/errors.ts'

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
    query_timeout: timeoutMs,
    application_name: 'chatterd probe',
  })
  // Such errors reject the calls below as well.
  client.on('error', () => {})
  const deadline = setTimeout(() => void client.end(), timeoutMs)
  try {
    await client.connect()
    const { rows } = await client.query(
      "select current_setting('transaction_read_only')::boolean as read_only",
    )
    if (rows[0]?.read_only)
      throw new ChatterdError(
        'database-unavailable',
        'The database takes no writes: it is a read-only replica',
      )
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === tooManyConnections)) throw error
  } finally {
    clearTimeout(deadline)
    void client.end()
  }
}
