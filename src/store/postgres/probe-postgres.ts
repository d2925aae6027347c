import pg from 'pg'
import { unavailableError } from '../database-failure.ts'
import type { ConnectionConfig } from './connection-config.ts'
import { PostgresClient } from './postgres-client.ts'

/** SQLSTATE: the server has no free connection. */
const tooManyConnections = '53300'

/**
 * Checks over a connection of its own that a PostgreSQL server responds and accepts writes. Throws within `timeoutMs` where it does
 * not. A server that has no free connection responds.
 */
export async function probePostgres(config: ConnectionConfig, timeoutMs: number): Promise<void> {
  const client = new PostgresClient({
    ...config,
    connectionTimeoutMillis: timeoutMs,
    application_name: 'chatterd probe',
  })
  // Without a listener an error would end the process. Errors also reject the calls below.
  client.on('error', () => {})
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  const deadline = setTimeout(() => reject(unavailableError(new Error('timeout expired'))), timeoutMs)
  try {
    await Promise.race([client.connect(), timeout])
    const text = "select current_setting('transaction_read_only')::boolean as read_only"
    const { rows } = await Promise.race([client.query(text), timeout])
    if (rows[0]?.read_only) throw unavailableError(new Error('it is read-only'))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === tooManyConnections)) throw error
  } finally {
    clearTimeout(deadline)
    // Not awaited: a server that does not respond does not close the connection either.
    void client.end()
  }
}
