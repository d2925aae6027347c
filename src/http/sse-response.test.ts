import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import type { FastifyReply } from 'fastify'
import { SseResponse } from './sse-response.ts'

test('a stream is never silent for longer than the setting says, wherever in between it falls silent', (t) => {
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
    const sse = new SseResponse(reply, { keepAliveMs: 1_000, maxUnreadBytes: 1_000 }, () => {})
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

test('a stream has the headers that plugins have set, and an error of its socket ends nothing but it', () => {
  const heads: object[] = []
  const raw = Object.assign(new EventEmitter(), {
    writableLength: 0,
    writeHead: (_status: number, headers: object) => void heads.push(headers),
    write() {},
  })
  const reply = { raw, hijack() {}, getHeaders: () => ({ vary: 'origin' }) } as unknown as FastifyReply
  const sse = new SseResponse(reply, { keepAliveMs: 1_000, maxUnreadBytes: 1_000 }, () => {})
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
