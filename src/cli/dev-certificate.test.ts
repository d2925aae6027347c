import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, get, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { devCertificate } from './dev-certificate.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'chatterd-tls-'))
  folders.push(folder)
  return folder
}

const now = new Date()
const day = 86_400_000
const later = (days: number) => new Date(now.getTime() + days * day)
const days = (certificate: X509Certificate) =>
  (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / day

async function statusOf(options: RequestOptions): Promise<number | undefined> {
  const request = get({ ...options, agent: false })
  const [response] = await once(request, 'response')
  response.resume()
  return response.statusCode
}

test('a client that trusts the installed file connects to localhost and to 127.0.0.1, and no other client does', async () => {
  const { cert, key, installFile } = await devCertificate({ dataDir: dataFolder(), addresses: [], now })
  const server = createServer({ cert, key }, (_request, response) => response.end('ok'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const ca = readFileSync(installFile)
    assert.equal(await statusOf({ host: '127.0.0.1', port, ca }), 200)
    assert.equal(await statusOf({ host: 'localhost', family: 4, port, ca }), 200)
    assert.equal(await statusOf({ host: '127.0.0.1', servername: 'localhost', port, ca }), 200)
    await assert.rejects(statusOf({ host: '127.0.0.1', port }), { code: /SELF_SIGNED|UNABLE_TO/ })
    const elsewhere = { host: '127.0.0.1', servername: 'other.example', port, ca }
    await assert.rejects(statusOf(elsewhere), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  } finally {
    server.close()
  }
})

test('the certificates are such as phones accept', async () => {
  const { cert, installFile } = await devCertificate({ dataDir: dataFolder(), addresses: [], now })
  const authority = new X509Certificate(readFileSync(installFile))
  const server = new X509Certificate(cert)
  assert.equal(authority.ca, true)
  assert.equal(server.ca, false)
  assert.ok(server.checkIssued(authority) && server.verify(authority.publicKey))
  assert.ok(days(server) <= 398 && days(authority) <= 825)
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'serverAuth')
  assert.equal(server.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
})

test('it holds localhost and every name and address that it is asked for', async () => {
  const addresses = ['my-box', 'my-box.local', '192.168.1.5', '2001:db8::5', 'not_a_dns_name']
  const { cert, notices } = await devCertificate({ dataDir: dataFolder(), addresses, now })
  const server = new X509Certificate(cert)
  for (const name of ['localhost', 'my-box', 'my-box.local']) assert.ok(server.checkHost(name), name)
  for (const ip of ['127.0.0.1', '::1', '192.168.1.5', '2001:db8::5']) assert.ok(server.checkIP(ip), ip)
  assert.equal(notices.length, 2)
})

test('a second start uses the same files, and nobody else can read the keys', async () => {
  const dataDir = dataFolder()
  const first = await devCertificate({ dataDir, addresses: ['192.168.1.5'], now })
  const second = await devCertificate({ dataDir, addresses: ['192.168.1.5'], now: later(300) })
  assert.deepEqual(second, { ...first, notices: [] })
  for (const key of ['chatterd-ca.key', 'server.key']) {
    assert.equal(statSync(join(dataDir, 'tls', key)).mode & 0o777, 0o600, key)
  }
})

test('a new address, or the end of its time, renews the certificate, and phones need not install again', async () => {
  const dataDir = dataFolder()
  const { installFile } = await devCertificate({ dataDir, addresses: [], now })
  const installed = readFileSync(installFile, 'utf8')
  const moved = await devCertificate({ dataDir, addresses: ['10.0.0.7'], now })
  assert.deepEqual(moved.notices, [
    'made a certificate for localhost, 127.0.0.1, ::1, 10.0.0.7 (10.0.0.7 was not in it)',
  ])
  const old = await devCertificate({ dataDir, addresses: ['10.0.0.7'], now: later(390) })
  assert.match(old.notices.join(), /^made a certificate for .* \(it was at its end\)$/)
  assert.equal(readFileSync(installFile, 'utf8'), installed)
  assert.ok(new X509Certificate(old.cert).verify(new X509Certificate(installed).publicKey))
})

test('at the end of the authority both are made anew, and it says that phones must install again', async () => {
  const dataDir = dataFolder()
  const { installFile } = await devCertificate({ dataDir, addresses: [], now })
  const { cert, notices } = await devCertificate({ dataDir, addresses: [], now: later(800) })
  assert.equal(
    notices[0],
    `made a development authority (it was at its end): install ${installFile} on your phones`,
  )
  assert.ok(new X509Certificate(cert).verify(new X509Certificate(readFileSync(installFile)).publicKey))
})

test('files that are damaged or do not belong together are made anew', async () => {
  const dataDir = dataFolder()
  const file = (name: string) => join(dataDir, 'tls', name)
  await devCertificate({ dataDir, addresses: [], now })
  writeFileSync(file('server.crt'), 'damaged')
  assert.match((await devCertificate({ dataDir, addresses: [], now })).notices.join(), /it could not be read/)
  writeFileSync(file('server.key'), readFileSync(file('chatterd-ca.key')))
  assert.match(
    (await devCertificate({ dataDir, addresses: [], now })).notices.join(),
    /its key was another one/,
  )
  rmSync(file('chatterd-ca.crt'))
  const { notices } = await devCertificate({ dataDir, addresses: [], now })
  assert.match(notices.join(), /authority \(there was none\).*its authority was another one/)
})
