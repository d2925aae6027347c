import pg from 'pg'
import { ChatterdError } from '../protocol/errors.ts'

/**
 * Beginnings of the SQLSTATEs that come from the server's state, not from the statement: the connection is lost; there is no more
 * space, memory or connection; the server shuts down or starts up, or cancels the statement; it is read-only after a failover.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const passingStates = ['08', '53', '57', '25006']

/** The same for what a person has to change: the server refuses the login; the database does not exist. */
const refusals = ['28', '3D000']

/** Classes of SQLSTATEs that a retry can avoid: 40, transactions rolled back (deadlocks and the like); 55, objects in use. */
const transientClasses = ['40', '55']

/** Messages of pg's errors that have no code: for a time-out, and for a connection that is lost. */
const timeoutMessage =
  /^(timeout (exceeded|expired)|Query read timeout|Connection terminated due to connection timeout)/
const lostMessage = /^(Connection terminated|Client (has|was)|Cannot use a pool)/

/** The message of pg where the server asks for a password and there is none. */
const noPasswordMessage = /client password must be a/

/** True where the database cannot be used. Other errors come from statements, and have a SQLSTATE as `code`. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ChatterdError) return error.code === 'database-unavailable'
  if (!(error instanceof Error)) return false
  if (error instanceof pg.DatabaseError)
    return hasState(error, [...passingStates, ...refusals]) || endsConnection(error)
  return isNetworkError(error)
}

/** True where the cause can pass by itself, or by a retry. Otherwise a person has to act, at the database or at the settings. */
export function canPass(error: unknown): boolean {
  if (error instanceof ChatterdError) return error.cause === undefined || canPass(error.cause)
  if (!(error instanceof Error)) return false
  if (error instanceof pg.DatabaseError) return hasState(error, [...passingStates, ...transientClasses])
  return isNetworkError(error)
}

function hasState({ code }: pg.DatabaseError, beginnings: readonly string[]): boolean {
  return beginnings.some((beginning) => code?.startsWith(beginning))
}

/** True where the server closes the connection after the error, as servers that speak English say it. */
function endsConnection({ severity }: pg.DatabaseError): boolean {
  return severity === 'FATAL' || severity === 'PANIC'
}

/** True for errors of the system (ECONNREFUSED, ENOTFOUND, …), and for those of pg that say that the connection is lost. */
function isNetworkError(error: Error): boolean {
  return (
    'syscall' in error ||
    // Not ERR_…: these are Node's own, such as ERR_TLS_CERT_ALTNAME_INVALID.
    ('code' in error && /^E(?!RR_)[A-Z]/.test(String(error.code))) ||
    timeoutMessage.test(error.message) ||
    lostMessage.test(error.message)
  )
}

/** The error that clients get. It repeats the message of its cause: pg's messages never contain the URL, which holds a password. */
export function unavailableError(cause: unknown): ChatterdError {
  if (cause instanceof ChatterdError) return cause
  return new ChatterdError(
    'database-unavailable',
    `The database is not available: ${reasonOf(cause)}. Try again later.`,
    {
      cause,
    },
  )
}

/** True where the database did not respond in time: it may be gone, or only be busy. */
export function isTimeout(error: unknown): boolean {
  if (error instanceof ChatterdError) return error.cause !== undefined && isTimeout(error.cause)
  return error instanceof Error && timeoutMessage.test(error.message)
}

/** Why the database cannot be used, as a clause without a full stop. */
export function reasonOf(error: unknown): string {
  if (error instanceof ChatterdError && error.cause) return reasonOf(error.cause)
  // A host name with several addresses fails with one error for each, and an empty message.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(', ')
  if (!(error instanceof Error)) return String(error)
  if (timeoutMessage.test(error.message)) return 'it does not answer'
  if (lostMessage.test(error.message)) return 'the connection to it was lost'
  if (noPasswordMessage.test(error.message)) return 'it asks for a password, and its URL has none'
  return error.message.replace(/\.$/, '')
}
