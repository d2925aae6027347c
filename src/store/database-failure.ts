import pg from 'pg'
import { ChatterdError } from '../protocol/errors.ts'

/**
 * SQLSTATEs that tell of the server's state, not of the statement, by their beginnings: connection lost; no more room,
 * memory or connections; shutting down, starting up, statement cancelled; read-only after a failover; login refused; no such
 * database. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const serverStates = ['08', '53', '57', '25006', '28', '3D000']

/** What pg says, without a code, of a connection that was not had in time, and of one that is gone. */
const late =
  /^(timeout (exceeded|expired)|Query read timeout|Connection terminated due to connection timeout)/
const gone = /^(Connection terminated|Client (has|was)|Cannot use a pool)/

/** True where the database could not do its work at all. Other errors are those of statements, with their SQLSTATE as `code`. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ChatterdError) return error.code === 'database-unavailable'
  if (!(error instanceof Error)) return false
  if (error instanceof pg.DatabaseError) return serverStates.some((state) => error.code?.startsWith(state))
  // System errors (ECONNREFUSED, ENOTFOUND, …) name the call that failed, or at least their code.
  return (
    'syscall' in error ||
    ('code' in error && /^E[A-Z]/.test(String(error.code))) ||
    late.test(error.message) ||
    gone.test(error.message)
  )
}

/** The error that clients are told. Words only, of the failure's own: nothing of the address with its password. */
export function unavailable(cause: unknown): ChatterdError {
  if (cause instanceof ChatterdError) return cause
  return new ChatterdError(
    'database-unavailable',
    `The database is not available: ${reasonOf(cause)}. Try again later.`,
    {
      cause,
    },
  )
}

/** True where the database has said nothing at all in time: it may be gone, or only be busy. */
export function isSilence(error: unknown): boolean {
  if (error instanceof ChatterdError) return error.cause !== undefined && isSilence(error.cause)
  return error instanceof Error && late.test(error.message)
}

/** Why, in a few words: the failure's own, where they say something. */
export function reasonOf(error: unknown): string {
  if (error instanceof ChatterdError && error.cause) return reasonOf(error.cause)
  // A name with several addresses fails with one error for each, and no words of its own.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  if (!(error instanceof Error)) return String(error)
  if (late.test(error.message)) return 'it does not answer'
  if (gone.test(error.message)) return 'the connection to it was lost'
  return error.message.replace(/\.$/, '')
}
