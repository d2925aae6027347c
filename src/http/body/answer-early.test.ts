import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import fastify from 'fastify'
import { openNative } from '../../../test/support/native-http/native-world.ts'
import { answerEarly } from './answer-early.ts'

/** Writes all of a request before it reads anything, then reads to the end of the connection. */
async function writeThenRead(
  t: TestContext,
  port: number,
  pieces: Iterable<Buffer | string>,
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  socket.pause()
  for (const piece of pieces) if (!socket.write(piece)) await once(socket, 'drain')
  let text = ''
  for await (const chunk of socket) text += chunk
  return text
}

function* repeated(head: string, piece: string, count: number, end: string): Generator<string> {
  yield head
  for (let index = 0; index < count; index++) yield piece
  yield end
}

const post = 'POST /chatterd/v1/conversations/a/turns HTTP/1.1\r\nHost: localhost\r\n'
const piece = 'x'.repeat(100_000)

for (const [title, head, chunk, end] of [
  ['of a declared length', `${post}Content-Length: 20000000\r\n\r\n`, piece, ''],
  [
    'in chunks',
    `${post}Transfer-Encoding: chunked\r\n\r\n`,
    `${piece.length.toString(16)}\r\n${piece}\r\n`,
    '0\r\n\r\n',
  ],
] as const) {
  test(`a client that sends a body ${title} that is too large, and reads only then, gets 413`, {
    timeout: 20_000,
  }, async (t) => {
    const { port } = new URL(await openNative(t).listen())
    const response = await writeThenRead(t, Number(port), repeated(head, chunk, 200, end))
    assert.match(response, /^HTTP\/1\.1 413 /)
    assert.match(response, /CHATTERD_MAX_BODY\)/)
    assert.match(response, /\r\nconnection: close\r\n/i)
  })
}

test('a client that goes on sending without an end is disconnected, after its answer', {
  timeout: 20_000,
}, async (t) => {
  const app = fastify()
  t.after(() => app.close())
  answerEarly(app, { bytes: 1_000_000, ms: 60_000 })
  app.addHook('onRequest', (_request, reply) => void reply.code(403).send('No.'))
  app.post('/', async () => 'Yes.')
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  const received: Buffer[] = []
  socket.on('data', (chunk) => received.push(chunk)).on('error', () => {})
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000000\r\n\r\n')
  const closed = new Promise((resolve) => socket.on('close', resolve))
  const sendOn = () => {
    if (socket.writable) socket.write(piece, sendOn)
  }
  sendOn()
  await closed
  assert.match(Buffer.concat(received).toString(), /^HTTP\/1\.1 403 .*\r\n\r\nNo\.$/s)
})

test('a client that sends no more after its answer is disconnected in bounded time', {
  timeout: 20_000,
}, async (t) => {
  const app = fastify()
  t.after(() => app.close())
  answerEarly(app, { bytes: 1_000_000, ms: 50 })
  app.addHook('onRequest', (_request, reply) => void reply.code(403).send('No.'))
  app.post('/', async () => 'Yes.')
  await app.listen({ host: '127.0.0.1', port: 0 })
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n')
  socket.resume()
  await once(socket, 'end')
})
