import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCertificate } from './check-certificate.ts'
import { dayMs, issueAuthority } from './issue-certificate.ts'

const now = new Date()
const [one, other] = await Promise.all([issueAuthority(now), issueAuthority(now)])
const certificate = (pem: string) => ({ pem, from: 'tls-cert: /a.crt' })
const key = (pem: string) => ({ pem, from: 'tls-key: /a.key' })

/** What is wrong with a pair at a time, days from now. */
function problem(cert: string, privateKey: string, days = 0): string {
  try {
    checkCertificate(certificate(cert), key(privateKey), new Date(now.getTime() + days * dayMs))
    return ''
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error)
    return error.message
  }
}

test('a certificate with its key is taken, and a chain too', () => {
  assert.equal(problem(one.cert, one.key), '')
  assert.equal(problem(`${one.cert}\n${other.cert}`, one.key), '')
})

test('what cannot serve is named in one line: another key, a certificate out of its time, no certificate, no key', () => {
  assert.equal(
    problem(one.cert, other.key),
    'tls-key: /a.key does not fit the certificate of tls-cert: /a.crt',
  )
  assert.match(problem(one.cert, one.key, 900), /^tls-cert: \/a\.crt has expired on 20\d\d-\S+$/)
  assert.match(problem(one.cert, one.key, -2), /^tls-cert: \/a\.crt is not valid before 20\d\d-\S+$/)
  assert.equal(problem(one.key, one.key), 'tls-cert: /a.crt cannot be read as a certificate')
  assert.equal(
    problem(one.cert, one.cert),
    'tls-key: /a.key cannot be read as a private key without a passphrase',
  )
})
