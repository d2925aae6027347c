import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'
import { listen } from '../../../test/fixtures/ollama/local-server.ts'
import { ConnectionPool, PoolClosed } from './connection-pool.ts'
import { RoundTrip } from './round-trip.ts'

const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'
const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'

/** What answers the requests of one connection, by its number and that of the request, both from 1. */
type Speak = (socket: Socket, connection: number, request: number) => void

/** A server, the connections that it had, and a pool of connections to it. Ends with the test. */
async function site(t: TestContext, speak: Speak, server: Server = createServer()) {
  const sockets: Socket[] = []
  server.on(server.listenerCount('secureConnection') > 0 ? 'secureConnection' : 'connection', (socket) => {
    const connection = sockets.push(socket)
    let requests = 0
    socket.on('error', () => {})
    socket.on('data', () => speak(socket, connection, ++requests))
  })
  const { port } = new URL(await listen(server))
  const pool = new ConnectionPool({ secure: false, host: '127.0.0.1', port: Number(port) })
  t.after(async () => {
    pool.close()
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return { pool, sockets, port: Number(port) }
}

/** The body that a request is answered with. Rejects with what it fails with. */
function ask(pool: ConnectionPool): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let body = ''
  new RoundTrip(pool, request, {
    onConnected() {},
    onHead() {},
    onBody: (bytes) => {
      body += bytes.toString()
    },
    onEnd: () => resolve(body),
    onError: reject,
  }).start()
  return promise
}

test('one connection serves request after request, and as many as there are at once', async (t) => {
  const { pool, sockets } = await site(t, (socket) => socket.write(answer))
  for (let count = 0; count < 3; count++) assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 1)
  assert.deepEqual(await Promise.all([ask(pool), ask(pool), ask(pool)]), ['hi', 'hi', 'hi'])
  assert.equal(sockets.length, 3)
})

test('a request that crosses the end of its connection is sent once more, on a new one', async (t) => {
  const { pool, sockets } = await site(t, (socket, connection, asked) => {
    if (connection === 1 && asked === 2) socket.destroy()
    else socket.write(answer)
  })
  assert.equal(await ask(pool), 'hi')
  assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 2)
})

test('it is sent once more only, and only where no byte of an answer came', async (t) => {
  let requests = 0
  const { pool } = await site(t, (socket, _connection, asked) => {
    requests += 1
    if (requests === 1) socket.write(answer)
    else if (requests < 4) socket.destroy()
    else if (asked === 1) socket.write(answer)
    else socket.end('HTTP/1.1 2')
  })
  assert.equal(await ask(pool), 'hi')
  await assert.rejects(ask(pool), /closed|ECONNRESET/)
  assert.equal(requests, 3)
  assert.equal(await ask(pool), 'hi')
  await assert.rejects(ask(pool), /closed/)
  assert.equal(requests, 5)
})

const single: [title: string, answer: string][] = [
  ['that the server closes', answer.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')],
  [
    'that the server keeps for a moment only',
    answer.replace('\r\n\r\n', '\r\nkeep-alive: timeout=2\r\n\r\n'),
  ],
  ['with bytes that nobody asked for', `${answer}HTTP/1.1 200 OK\r\n\r\nsmuggled`],
]
for (const [title, answered] of single) {
  test(`a connection ${title} serves no other request`, async (t) => {
    const { pool, sockets } = await site(t, (socket) => socket.write(answered))
    assert.equal(await ask(pool), 'hi')
    assert.equal(await ask(pool), 'hi')
    assert.equal(sockets.length, 2)
  })
}

test('a free connection that is closed, or says something, is not used', async (t) => {
  const { pool, sockets } = await site(t, (socket) => socket.write(answer))
  for (const act of [
    (socket: Socket) => socket.end(),
    (socket: Socket) => socket.write('HTTP/1.1 408\r\n\r\n'),
  ]) {
    assert.equal(await ask(pool), 'hi')
    const socket = sockets.at(-1)
    assert.ok(socket)
    const closed = once(socket, 'close')
    act(socket)
    await closed
    await setImmediate()
  }
  assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 3)
})

test('a free connection is closed when its time is over', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { pool, sockets } = await site(t, (socket) => socket.write(answer))
  assert.equal(await ask(pool), 'hi')
  t.mock.timers.tick(3_999)
  assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 1)
  t.mock.timers.tick(4_000)
  assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 2)
})

test('closing the pool ends what is under way, and takes nothing more', async (t) => {
  const { pool } = await site(t, () => pool.close())
  await assert.rejects(ask(pool), PoolClosed)
  await assert.rejects(ask(pool), PoolClosed)
})

test('a server with TLS is asked where its certificate is trusted, and only there', async (t) => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const server = createTlsServer({ cert, key })
  server.on('secureConnection', () => {})
  const { sockets, port } = await site(t, (socket) => socket.write(answer), server)
  const pool = new ConnectionPool({ secure: true, host: 'localhost', port })
  t.after(() => pool.close())
  await assert.rejects(ask(pool), /self-signed/)
  const trusted = getCACertificates()
  setDefaultCACertificates([...trusted, cert])
  t.after(() => setDefaultCACertificates(trusted))
  assert.equal(await ask(pool), 'hi')
  assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 1)
  const byAddress = new ConnectionPool({ secure: true, host: '127.0.0.1', port })
  t.after(() => byAddress.close())
  await assert.rejects(ask(byAddress), /altnames/)
})
