import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { ChatterdError } from '../protocol/errors.ts'
import { canPass, isUnavailable, unavailableError } from './database-failure.ts'

function sqlError(code: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(`error ${code}`, 0, 'error'), { code })
}

test('a server that shuts down, starts up, is full, read-only or refuses the login makes the database unavailable', () => {
  for (const code of ['57P01', '57P02', '57P03', '53300', '08006', '25006', '28P01', '3D000'])
    assert(isUnavailable(sqlError(code)), code)
})

test('an error of a statement does not', () => {
  for (const code of ['23505', '42601', '22P02', '40001', '55P03', 'P0001'])
    assert(!isUnavailable(sqlError(code)), code)
  assert(!isUnavailable(new Error('Prepared statements must be unique')))
  assert(!isUnavailable(new ChatterdError('not-found', 'no such turn')))
})

test('what ends the connection makes the database unavailable, whatever its code', () => {
  assert(isUnavailable(Object.assign(sqlError('ZZ001'), { severity: 'FATAL' })))
  assert(!isUnavailable(Object.assign(sqlError('ZZ001'), { severity: 'ERROR' })))
})

test('a refused login, a missing database and a certificate that does not fit do not pass by themselves, but a lost network does', () => {
  for (const code of ['28P01', '28000', '3D000', '42501']) assert(!canPass(sqlError(code)), code)
  for (const code of ['57P03', '53300', '08006', '25006', '40001', '55P03'])
    assert(canPass(sqlError(code)), code)
  const mismatch = Object.assign(new Error('Host: b. is not a'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  const unknown = Object.assign(new Error('getaddrinfo ENOTFOUND db'), { code: 'ENOTFOUND' })
  assert.deepEqual([canPass(mismatch), canPass(unknown)], [false, true])
})

test('what clients read names no file, role or address of the database', () => {
  for (const [code, reason] of Object.entries({
    '53100': 'its disk is full',
    '53400': 'it is out of resources',
    '28P01': 'it refuses the connection',
    '3D000': 'it refuses the connection',
    '57P03': 'it is starting',
    ZZ001: 'it failed',
  })) {
    const expected = `The database is not available: ${reason}. Try again later.`
    assert.equal(unavailableError(sqlError(code)).message, expected)
  }
})

test('the message of the error says why the database is not available', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  })
  const both = Object.assign(new AggregateError([refused, refused]), { code: 'ECONNREFUSED' })
  for (const [error, reason] of [
    [refused, 'it cannot be reached'],
    [both, 'it cannot be reached'],
    [new Error('timeout exceeded when trying to connect'), 'it does not answer'],
    [new Error('Query read timeout'), 'it does not answer'],
    [new Error('Connection terminated unexpectedly'), 'the connection to it was lost'],
  ] as const) {
    assert(isUnavailable(error))
    assert.equal(
      unavailableError(error).message,
      `The database is not available: ${reason}. Try again later.`,
    )
  }
})
