import pg, { type ClientBase } from 'pg'
import { checkWrites } from '../check-writes.ts'
import type { ConnectionConfig } from './connection-config.ts'
import { PostgresClient } from './postgres-client.ts'

/** SQLSTATE: the server has no free connection. */
const tooManyConnections = '53300'

/** The time-out runs in so many steps. */
const steps = 5

/**
 * Checks over a connection of its own that a PostgreSQL server responds and accepts writes. Throws within `timeoutMs` where it does
 * not; while this thread is busy the time stands still. A server that has no free connection responds.
 */
export async function probePostgres(
  config: ConnectionConfig,
  begin: (client: ClientBase) => Promise<void>,
  timeoutMs: number,
): Promise<void> {
  const client = new PostgresClient({ ...config, application_name: 'chatterd probe' })
  // Without a listener an error would end the process. Errors also reject the calls below.
  client.on('error', () => {})
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  let left = steps
  // A thread that was busy finds the response and the end of a timer at once, and looks at the timer first.
  const timer = setInterval(() => {
    left -= 1
    if (left === 0) reject(new Error('timeout expired'))
  }, timeoutMs / steps)
  const check = async () => {
    await client.connect()
    await begin(client)
    await checkWrites(client)
  }
  try {
    await Promise.race([check(), timeout])
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === tooManyConnections)) throw error
  } finally {
    clearInterval(timer)
    // Not awaited: a server that does not respond does not close the connection either.
    void client.end()
  }
}
