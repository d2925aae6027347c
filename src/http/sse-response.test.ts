import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { FastifyReply } from 'fastify'
import { disconnectSignal } from './disconnect-signal.ts'
import { SseResponse } from './sse-response.ts'

test('a stream is never silent for longer than the limit, at whatever moment the silence begins', (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'] })
  for (const fallsSilentAt of [0, 1, 499, 500, 501, 999]) {
    let last = 0
    let longest = 0
    const raw = Object.assign(new EventEmitter(), {
      writableLength: 0,
      writeHead() {},
      write() {
        longest = Math.max(longest, Date.now() - last)
        last = Date.now()
      },
    })
    const reply = { raw, hijack() {}, getHeaders: () => ({}) } as unknown as FastifyReply
    const sse = new SseResponse(reply, { keepAliveMs: 1_000, maxUnreadBytes: 1_000 }, disconnectSignal(reply))
    sse.keepAlive()
    t.mock.timers.tick(fallsSilentAt)
    last = Date.now()
    sse.write('data: 1\n\n')
    // One by one: the clock stands at the end of a tick while its timers run.
    for (let ms = 0; ms < 5_000; ms++) t.mock.timers.tick(1)
    assert.equal(longest, 1_000)
    raw.emit('close')
  }
})

test('a stream has the headers that plugins have set, and an error of its socket closes only this stream', () => {
  const heads: object[] = []
  const raw = Object.assign(new EventEmitter(), {
    writableLength: 0,
    writeHead: (_status: number, headers: object) => void heads.push(headers),
    write() {},
  })
  const reply = { raw, hijack() {}, getHeaders: () => ({ vary: 'origin' }) } as unknown as FastifyReply
  const sse = new SseResponse(reply, { keepAliveMs: 1_000, maxUnreadBytes: 1_000 }, disconnectSignal(reply))
  sse.write('data: 1\n\n')
  raw.emit('error', new Error('ECONNRESET'))
  assert.equal(sse.isClosed, true)
  assert.deepEqual(heads, [
    {
      vary: 'origin',
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    },
  ])
})

/** A response whose client reads only when a test lets it. */
function unreadResponse() {
  const raw = Object.assign(new EventEmitter(), {
    writableLength: 10,
    writableNeedDrain: true,
    destroyed: false,
    writeHead() {},
    write() {},
    destroy() {
      this.destroyed = true
      raw.emit('close')
    },
  })
  const reply = { raw, hijack() {}, getHeaders: () => ({}) } as unknown as FastifyReply
  const limits = { keepAliveMs: 1_000, maxUnreadBytes: 1_000, stallTimeoutMs: 100 }
  const sse = new SseResponse(reply, limits, disconnectSignal(reply))
  sse.write('data: 1\n\n')
  return { raw, sse }
}

test('a client that keeps up is not waited for, and one that is behind until it has caught up', async () => {
  const { raw, sse } = unreadResponse()
  const caughtUp = sse.drained()
  assert.ok(caughtUp)
  assert.equal(sse.drained(), caughtUp)
  raw.writableNeedDrain = false
  raw.emit('drain')
  await caughtUp
  assert.equal(sse.drained(), undefined)
  assert.equal(raw.listenerCount('drain'), 0)
  raw.emit('close')
})

test('a client that reads nothing while it is waited for is disconnected; one that reads slowly is not', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { raw, sse } = unreadResponse()
  let resolved = false
  const caughtUp = sse.drained()?.then(() => {
    resolved = true
  })
  for (const unread of [9, 5, 1]) {
    raw.writableLength = unread
    t.mock.timers.tick(100)
    assert.equal(raw.destroyed, false)
  }
  assert.equal(resolved, false)
  t.mock.timers.tick(100)
  assert.equal(raw.destroyed, true)
  assert.equal(sse.isClosed, true)
  await caughtUp
  assert.equal(sse.drained(), undefined)
})

test('a client that has disconnected is not waited for', async () => {
  const { raw, sse } = unreadResponse()
  const caughtUp = sse.drained()
  raw.emit('close')
  await caughtUp
})

test('a chunked stream has one last chunk, and none for an empty text', () => {
  const sent: unknown[] = []
  const raw = Object.assign(new EventEmitter(), {
    writableLength: 0,
    writableFinished: true,
    chunkedEncoding: true,
    writeHead() {},
    write: (text: string) => void sent.push(text),
    end: (text: string) => void sent.push(text),
  })
  const reply = { raw, hijack() {}, getHeaders: () => ({}) } as unknown as FastifyReply
  const sse = new SseResponse(reply, { keepAliveMs: 1_000, maxUnreadBytes: 1_000 }, disconnectSignal(reply))
  for (const text of ['data: ü\n\n', '']) sse.write(text)
  sse.end()
  assert.deepEqual(sent, ['a\r\ndata: ü\n\n\r\n', '0\r\n\r\n'])
})

test('nothing is sent where the client has disconnected before the stream begins', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const sent: unknown[] = []
  const raw = Object.assign(new EventEmitter(), {
    destroyed: true,
    writableLength: 0,
    writeHead: (status: number) => void sent.push(status),
    write: (text: string) => void sent.push(text),
  })
  const reply = { raw, hijack() {}, getHeaders: () => ({}) } as unknown as FastifyReply
  const limits = { keepAliveMs: 1_000, maxUnreadBytes: 1_000 }
  const sse = new SseResponse(reply, limits, disconnectSignal(reply))
  sse.keepAlive()
  sse.write('data: 1\n\n')
  t.mock.timers.tick(5_000)
  assert.deepEqual(sent, [])
})
