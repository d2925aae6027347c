import pg from 'pg'
import { ChatterdError } from '../protocol/errors.ts'

/**
 * Beginnings of the SQLSTATEs that come from the server's state, not from the statement, and what they mean to clients. The longest
 * that fits counts. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const passingStates: Record<string, string> = {
  '08': 'the connection to it was lost',
  '25006': 'it is read-only',
  '53': 'it is out of resources',
  '53100': 'its disk is full',
  '53200': 'it is out of memory',
  '53300': 'it has no free connection',
  '57': 'it is shutting down',
  '57014': 'it cancelled the statement',
  '57P03': 'it is starting',
}

/** The same for what a person has to change: the server refuses the login; the database does not exist. */
const refusals: Record<string, string> = {
  '28': 'it refuses the connection',
  '3D000': 'it refuses the connection',
}

/** Classes of SQLSTATEs that a retry can avoid: 40, transactions rolled back (deadlocks and the like); 55, objects in use. */
const transientClasses = ['40', '55']

/** Messages of pg's errors that have no code: for a time-out, and for a connection that is lost. */
const timeoutMessage =
  /^(timeout (exceeded|expired)|Query read timeout|Connection terminated due to connection timeout)/
const lostMessage = /^(Connection terminated|Client (has|was)|Cannot use a pool)/

/** The message of pg where the server asks for a password and there is none. */
const noPasswordMessage = /client password must be a/

/** A reason why the database cannot be used that names none of its addresses, roles and files: everybody may read it. */
export class PublicReason extends Error {}

/** True where the database cannot be used. Other errors come from statements, and have a SQLSTATE as `code`. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ChatterdError) return error.code === 'database-unavailable'
  if (!(error instanceof Error)) return false
  if (error instanceof pg.DatabaseError)
    return meaningOf(error, { ...passingStates, ...refusals }) !== undefined || endsConnection(error)
  return isNetworkError(error)
}

/** True where the cause can pass by itself, or by a retry. Otherwise a person has to act, at the database or at the settings. */
export function canPass(error: unknown): boolean {
  if (error instanceof ChatterdError) return error.cause === undefined || canPass(error.cause)
  if (!(error instanceof Error)) return false
  if (error instanceof PublicReason) return true
  if (error instanceof pg.DatabaseError) {
    const isTransient = transientClasses.some((start) => error.code?.startsWith(start))
    return isTransient || meaningOf(error, passingStates) !== undefined
  }
  return isNetworkError(error)
}

/** What an error of the server means by its SQLSTATE. */
function meaningOf({ code = '' }: pg.DatabaseError, states: Record<string, string>): string | undefined {
  return states[code] ?? states[code.slice(0, 2)]
}

/** True where the server closes the connection after the error, as servers that speak English say it. */
function endsConnection({ severity }: pg.DatabaseError): boolean {
  return severity === 'FATAL' || severity === 'PANIC'
}

/** True for errors of the system (ECONNREFUSED, ENOTFOUND, …), and for those of pg that say that the connection is lost. */
function isNetworkError(error: Error): boolean {
  return isSystemError(error) || timeoutMessage.test(error.message) || lostMessage.test(error.message)
}

function isSystemError(error: Error): boolean {
  // Not ERR_…: these are Node's own, such as ERR_TLS_CERT_ALTNAME_INVALID.
  return 'syscall' in error || ('code' in error && /^E(?!RR_)[A-Z]/.test(String(error.code)))
}

/** The error that clients get. Its message names no address, role or file of the database: its cause has them. */
export function unavailableError(cause: unknown): ChatterdError {
  if (cause instanceof ChatterdError) return cause
  const message = `The database is not available: ${publicReasonOf(cause)}. Try again later.`
  return new ChatterdError('database-unavailable', message, { cause })
}

/** True where the database did not respond in time: it may be gone, or only be busy. */
export function isTimeout(error: unknown): boolean {
  if (error instanceof ChatterdError) return error.cause !== undefined && isTimeout(error.cause)
  return error instanceof Error && timeoutMessage.test(error.message)
}

/** Why the database cannot be used, as a clause without a full stop, in words that everybody may read. */
export function publicReasonOf(error: unknown): string {
  if (error instanceof ChatterdError && error.cause) return publicReasonOf(error.cause)
  if (error instanceof PublicReason) return error.message.replace(/\.$/, '')
  if (!(error instanceof Error)) return 'it failed'
  if (timeoutMessage.test(error.message)) return 'it does not answer'
  if (lostMessage.test(error.message)) return 'the connection to it was lost'
  if (isSystemError(error)) return 'it cannot be reached'
  const known = error instanceof pg.DatabaseError && meaningOf(error, { ...passingStates, ...refusals })
  return known || 'it failed'
}

/** The same for the log and for the person who starts chatterd: with addresses, roles and files, but never with the password. */
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
