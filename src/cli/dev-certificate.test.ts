import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, get, type RequestOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadDevCertificate } from './dev-certificate.ts'
import { dayMs } from './issue-certificate.ts'

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
const later = (days: number) => new Date(now.getTime() + days * dayMs)
const days = (certificate: X509Certificate) =>
  (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / dayMs

async function statusOf(options: RequestOptions): Promise<number | undefined> {
  const request = get({ ...options, agent: false })
  const [response] = await once(request, 'response')
  response.resume()
  return response.statusCode
}

test('a client that trusts the installed file connects to localhost and to 127.0.0.1, and no other client does', async () => {
  const { cert, key, authority } = await loadDevCertificate({ dataDir: dataFolder(), addresses: [], now })
  const server = createServer({ cert, key }, (_request, response) => response.end('ok'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const { port } = server.address() as AddressInfo
    const ca = readFileSync(authority.file)
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

test('the certificates are of a kind that phones accept', async () => {
  const { cert, authority: installed } = await loadDevCertificate({
    dataDir: dataFolder(),
    addresses: [],
    now,
  })
  const authority = new X509Certificate(readFileSync(installed.file))
  assert.equal(readFileSync(installed.file, 'utf8'), installed.cert)
  const server = new X509Certificate(cert)
  assert.equal(authority.ca, true)
  assert.equal(server.ca, false)
  assert.ok(server.checkIssued(authority) && server.verify(authority.publicKey))
  assert.ok(days(server) <= 398 && days(authority) <= 825)
  assert.deepEqual(server.keyUsage, ['1.3.6.1.5.5.7.3.1'], 'serverAuth')
  assert.equal(server.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
})

test('the certificate covers localhost and every given name and address', async () => {
  const addresses = [
    'my-box',
    'my-box.local',
    '*.example.org',
    '192.168.1.5',
    '2001:db8::5',
    'not_a_dns_name',
  ]
  const { cert, notices } = await loadDevCertificate({ dataDir: dataFolder(), addresses, now })
  const server = new X509Certificate(cert)
  for (const name of ['localhost', 'my-box', 'my-box.local', 'a.example.org'])
    assert.ok(server.checkHost(name), name)
  for (const ip of ['127.0.0.1', '::1', '10.0.2.2', '192.168.1.5', '2001:db8::5'])
    assert.ok(server.checkIP(ip), ip)
  assert.equal(notices.length, 2)
})

test('a second start uses the same files, and other users cannot read the keys', async () => {
  const dataDir = dataFolder()
  const first = await loadDevCertificate({ dataDir, addresses: ['192.168.1.5'], now })
  const second = await loadDevCertificate({ dataDir, addresses: ['192.168.1.5'], now: later(300) })
  assert.deepEqual(second, { ...first, notices: [] })
  for (const key of ['chatterd-ca.key', 'server.key']) {
    assert.equal(statSync(join(dataDir, 'tls', key)).mode & 0o777, 0o600, key)
  }
})

test('a new address or the expiry renews the certificate, and phones need not install again', async () => {
  const dataDir = dataFolder()
  const { file: installFile } = (await loadDevCertificate({ dataDir, addresses: [], now })).authority
  const installed = readFileSync(installFile, 'utf8')
  const moved = await loadDevCertificate({ dataDir, addresses: ['10.0.0.7'], now })
  assert.deepEqual(moved.notices, [
    'created a certificate for localhost, 127.0.0.1, ::1, 10.0.2.2, 10.0.0.7 (the old one lacks 10.0.0.7)',
  ])
  const old = await loadDevCertificate({ dataDir, addresses: ['10.0.0.7'], now: later(390) })
  assert.match(old.notices.join(), /^created a certificate for .* \(the old one expires soon\)$/)
  assert.equal(readFileSync(installFile, 'utf8'), installed)
  assert.ok(new X509Certificate(old.cert).verify(new X509Certificate(installed).publicKey))
})

test('when the authority expires both are created again, and the log says that phones must install it', async () => {
  const dataDir = dataFolder()
  const { file: installFile } = (await loadDevCertificate({ dataDir, addresses: [], now })).authority
  const { cert, notices } = await loadDevCertificate({ dataDir, addresses: [], now: later(800) })
  assert.equal(
    notices[0],
    `created a development certificate authority (the old one expires soon): install ${installFile} on your phones`,
  )
  assert.ok(new X509Certificate(cert).verify(new X509Certificate(readFileSync(installFile)).publicKey))
})

test('files that are damaged or do not belong together are created again', async () => {
  const dataDir = dataFolder()
  const file = (name: string) => join(dataDir, 'tls', name)
  await loadDevCertificate({ dataDir, addresses: [], now })
  writeFileSync(file('server.crt'), 'damaged')
  assert.match(
    (await loadDevCertificate({ dataDir, addresses: [], now })).notices.join(),
    /the old one cannot be read/,
  )
  writeFileSync(file('server.key'), readFileSync(file('chatterd-ca.key')))
  assert.match(
    (await loadDevCertificate({ dataDir, addresses: [], now })).notices.join(),
    /the old one does not match its key/,
  )
  rmSync(file('chatterd-ca.crt'))
  const { notices } = await loadDevCertificate({ dataDir, addresses: [], now })
  assert.match(notices.join(), /authority \(there was none\).*the old one is signed by another authority/)
})
