import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'
import { listen } from '../../../test/support/stand-ins/local-server.ts'
import { ChatterdError } from '../../protocol/errors.ts'
import { ConnectionPool } from './connection.ts'
import { Exchange } from './exchange.ts'

const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'
const response = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi'

/** Responds to a request, given the numbers of its connection and of the request on it, both from 1. */
type Speak = (socket: Socket, connection: number, request: number) => void

/** Starts a server and a pool of connections to it; `sockets` are all connections that it gets. Closed after the test. */
async function startServer(t: TestContext, speak: Speak, server: Server = createServer()) {
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

const timeouts = { connectMs: 60_000, firstTokenMs: 60_000, silenceMs: 60_000, totalMs: 60_000 }

/** Resolves to the body of the response, rejects with the error of the exchange. */
async function ask(pool: ConnectionPool): Promise<string> {
  const { signal } = new AbortController()
  const exchange = new Exchange(pool, { request, label: 'The server', timeouts, signal })
  await exchange.head
  let body = ''
  for await (const bytes of exchange) body += bytes.toString()
  return body
}

const isShuttingDown = (error: unknown) => error instanceof ChatterdError && error.code === 'shutting-down'

test('requests one after the other share a connection, and simultaneous requests have one each', async (t) => {
  const { pool, sockets } = await startServer(t, (socket) => socket.write(response))
  for (let count = 0; count < 3; count++) assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 1)
  assert.deepEqual(await Promise.all([ask(pool), ask(pool), ask(pool)]), ['hi', 'hi', 'hi'])
  assert.equal(sockets.length, 3)
})

test('a request on a used connection that the server closes is sent once more, on a new one', async (t) => {
  const { pool, sockets } = await startServer(t, (socket, connection, asked) => {
    if (connection === 1 && asked === 2) socket.destroy()
    else socket.write(response)
  })
  assert.equal(await ask(pool), 'hi')
  assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 2)
})

test('a request is sent again only once, and only where no byte of its response has come', async (t) => {
  let requests = 0
  const { pool } = await startServer(t, (socket, _connection, asked) => {
    requests += 1
    if (requests === 1) socket.write(response)
    else if (requests < 4) socket.destroy()
    else if (asked === 1) socket.write(response)
    else socket.end('HTTP/1.1 2')
  })
  assert.equal(await ask(pool), 'hi')
  await assert.rejects(ask(pool), /closed|ECONNRESET/)
  assert.equal(requests, 3)
  assert.equal(await ask(pool), 'hi')
  await assert.rejects(ask(pool), /closed/)
  assert.equal(requests, 5)
})

const single: [title: string, response: string][] = [
  ['that the server closes', response.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n')],
  ['with bytes after the response', `${response}HTTP/1.1 200 OK\r\n\r\nsmuggled`],
]
for (const [title, response] of single) {
  test(`a connection ${title} is not used again`, async (t) => {
    const { pool, sockets } = await startServer(t, (socket) => socket.write(response))
    assert.equal(await ask(pool), 'hi')
    assert.equal(await ask(pool), 'hi')
    assert.equal(sockets.length, 2)
  })
}

test('a free connection that the server closes or writes to is not used', async (t) => {
  const { pool, sockets } = await startServer(t, (socket) => socket.write(response))
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
  const { pool, sockets } = await startServer(t, (socket) => socket.write(response))
  assert.equal(await ask(pool), 'hi')
  t.mock.timers.tick(3_999)
  assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 1)
  t.mock.timers.tick(4_000)
  assert.equal(await ask(pool), 'hi')
  assert.equal(sockets.length, 2)
})

test('closing the pool ends requests in progress, and refuses new ones', async (t) => {
  const { pool } = await startServer(t, () => pool.close())
  await assert.rejects(ask(pool), isShuttingDown)
  await assert.rejects(ask(pool), isShuttingDown)
})

test('a response that would end with its connection is not complete when the pool is closed', async (t) => {
  const { pool } = await startServer(t, (socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nhi'))
  const { signal } = new AbortController()
  const exchange = new Exchange(pool, { request, label: 'The server', timeouts, signal })
  assert.equal(String((await exchange.next()).value), 'hi')
  pool.close()
  await assert.rejects(exchange.next(), isShuttingDown)
})

test('a server with TLS is accepted only with a trusted certificate for its name', async (t) => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const server = createTlsServer({ cert, key })
  server.on('secureConnection', () => {})
  const { sockets, port } = await startServer(t, (socket) => socket.write(response), server)
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
