import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begun, busy, openQueue } from '../../test/support/turns/conversation-queue.ts'
import { settle } from '../../test/support/turns/live-process.ts'

test('a request that waits too long is refused as busy and leaves the queue, and those behind go on', async (t) => {
  const { wait, begin, free, trail, isBusy } = openQueue(t, { busyWaitMs: 30, pollMs: 60_000 })
  const [late] = await wait('late')
  assert.ok(late)
  await assert.rejects(late, {
    code: 'conversation-busy',
    message: /still busy after 30 ms.*CHATTERD_BUSY_WAIT/,
  })
  assert.equal(trail.at(-1), 'late leaves')
  assert.equal(isBusy(), true)
  free()
  assert.equal(await begin('next'), 'next')
})

test('when the first of the queue gives up, the next one asks at once', async (t) => {
  const { begin, trail } = openQueue(t)
  const client = new AbortController()
  const first = begin('a', { disconnected: client.signal, ask: async () => busy })
  let isFree = false
  const next = begin('b', {
    async ask() {
      trail.push('b')
      return isFree ? begun('b') : busy
    },
  })
  await settle()
  isFree = true
  client.abort(new Error('gone'))
  await assert.rejects(first, /gone/)
  assert.equal(await next, 'b')
  assert.ok(trail.includes('a leaves'))
})

test('a client that disconnects in the middle of the queue leaves it, and no other request asks', async (t) => {
  const { begin, wait, free, trail } = openQueue(t)
  const [a] = await wait('a')
  const client = new AbortController()
  const disconnecting = begin('leaving', { disconnected: client.signal })
  const behind = begin('behind')
  while (trail.length < 4) await settle()
  trail.length = 0
  client.abort(new Error('gone'))
  await assert.rejects(disconnecting, /gone/)
  assert.ok(trail.includes('leaving leaves'))
  assert.ok(!trail.includes('behind') && !trail.includes('leaving'))
  free()
  assert.equal(await a, 'a')
  free()
  assert.equal(await behind, 'behind')
})

test('a client that has disconnected already asks nothing', async (t) => {
  const { begin, trail } = openQueue(t)
  await assert.rejects(begin('gone', { disconnected: AbortSignal.abort(new Error('gone')) }), /gone/)
  assert.deepEqual(trail, [])
  assert.equal(await begin('next'), 'next')
})

test('when the process stops, all that wait are refused at once and leave the queue', async (t) => {
  const { begin, wait, close, trail } = openQueue(t)
  const waiting = await wait('a', 'b', 'c')
  close()
  for (const one of waiting) await assert.rejects(one, /closed/)
  assert.deepEqual(trail, ['a leaves', 'b leaves', 'c leaves'])
  await assert.rejects(begin('late'), /closed/)
})
