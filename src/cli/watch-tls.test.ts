import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { connect } from 'node:tls'
import { type Certificate, issueAuthority, issueServerCertificate } from './issue-certificate.ts'
import { watchTls } from './watch-tls.ts'

/** A server whose certificate is what `read` gives, and the certificate that its clients see. */
async function openWatched(t: TestContext, read: () => Promise<Certificate>) {
  const logged: unknown[] = []
  const waiting: (() => void)[] = []
  const write = (...message: unknown[]) => {
    logged.push(message.at(-1))
    for (const wake of waiting.splice(0)) wake()
  }
  const first = await read()
  const server = createServer(first)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const watch = watchTls(first, { read, app: { server }, log: { info: write, error: write }, pollMs: 1 })
  t.after(() => {
    watch[Symbol.dispose]()
    server.close()
  })
  return {
    ...{ watch, logged },
    nextMessage: () => new Promise<void>((resolve) => waiting.push(resolve)),
    async seen(): Promise<string> {
      const { port } = server.address() as AddressInfo
      const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const { fingerprint256 } = socket.getPeerCertificate()
      socket.destroy()
      return fingerprint256
    },
  }
}

const authority = await issueAuthority(new Date())
const issue = () => issueServerCertificate(authority, ['127.0.0.1'], new Date())

test('a certificate that is replaced is used for the next connections', async (t) => {
  let certificate = await issue()
  const { seen, nextMessage, logged, watch } = await openWatched(t, async () => certificate)
  const before = await seen()
  const message = nextMessage()
  certificate = await issue()
  await message
  assert.notEqual(await seen(), before)
  assert.equal(watch.current, certificate)
  assert.deepEqual(logged, ['another certificate is in use from here on'])
})

test('a certificate that cannot be used is logged once, and the one before stays in use', async (t) => {
  const certificate = await issue()
  let reads = 0
  let isBroken = false
  const { seen, nextMessage, logged, watch } = await openWatched(t, async () => {
    reads += 1
    if (isBroken) throw new Error('it has expired')
    return certificate
  })
  const before = await seen()
  const message = nextMessage()
  isBroken = true
  await message
  await watch.reload()
  assert.ok(reads > 3)
  assert.deepEqual(logged, ['the certificate in use stays in use: it has expired'])
  assert.equal(await seen(), before)
})
