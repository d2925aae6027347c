import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLines } from '../../test/conversation-line.ts'
import { settle } from '../../test/live-process.ts'

test('who waits too long is told that the conversation is busy, leaves the line, and those behind go on', async (t) => {
  const { wait, enter, free, trail, busy } = openLines(t, { waitMs: 30, pollMs: 60_000 })
  const [late] = await wait('late')
  assert.ok(late)
  await assert.rejects(late, {
    code: 'conversation-busy',
    message: /still busy after 30 ms.*CHATTERD_BUSY_WAIT/,
  })
  assert.equal(trail.at(-1), 'late leaves')
  assert.equal(busy(), true)
  free()
  assert.equal(await enter('next'), 'next')
})

test('when the first of the line gives up, the next one asks at once', async (t) => {
  const { lines, request, trail } = openLines(t)
  const left = new AbortController()
  const first = lines.enter('talk', request('a', { left: left.signal, ask: async () => undefined }))
  let free = false
  const ask = async () => {
    trail.push('b')
    return free ? 'b' : undefined
  }
  const next = lines.enter('talk', request('b', { ask }))
  await settle()
  free = true
  left.abort(new Error('gone'))
  await assert.rejects(first, /gone/)
  assert.equal(await next, 'b')
  assert.ok(trail.includes('a leaves'))
})

test('a client that leaves while it waits in the middle leaves the line, and nobody else asks for it', async (t) => {
  const { enter, wait, free, trail } = openLines(t)
  const [a] = await wait('a')
  const left = new AbortController()
  const leaving = enter('leaving', { left: left.signal })
  const behind = enter('behind')
  while (trail.length < 4) await settle()
  trail.length = 0
  left.abort(new Error('gone'))
  await assert.rejects(leaving, /gone/)
  assert.ok(trail.includes('leaving leaves'))
  assert.ok(!trail.includes('behind') && !trail.includes('leaving'))
  free()
  assert.equal(await a, 'a')
  free()
  assert.equal(await behind, 'behind')
})

test('a client that has left already asks nothing', async (t) => {
  const { enter, trail } = openLines(t)
  await assert.rejects(enter('gone', { left: AbortSignal.abort(new Error('gone')) }), /gone/)
  assert.deepEqual(trail, [])
  assert.equal(await enter('next'), 'next')
})

test('when the lines close, all who wait ask at once, to be refused, and leave', async (t) => {
  const { lines, request, trail } = openLines(t)
  const closed = new Error('closed')
  const held = Promise.withResolvers<void>()
  let isClosed = false
  const [first, ...others] = ['a', 'b', 'c'].map((name) => {
    const ask = async () => {
      if (isClosed && name === 'a') await held.promise
      if (isClosed) throw closed
      return undefined
    }
    return lines.enter('talk', request(name, { ask }))
  })
  await settle()
  isClosed = true
  lines.close()
  for (const one of others) await assert.rejects(one, closed)
  held.resolve()
  await assert.rejects(first ?? assert.fail(), closed)
  assert.deepEqual(trail, ['b leaves', 'c leaves', 'a leaves'])
})
