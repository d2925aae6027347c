import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begun, busy, openQueue } from '../../test/support/turns/conversation-queue.ts'
import { settle } from '../../test/support/turns/live-process.ts'
import type { BeginOutcome } from '../turn/ports/conversation-store.ts'

test('requests of one conversation ask for it one at a time, in order of arrival', async (t) => {
  const { begin } = openQueue(t)
  const trail: string[] = []
  const beginTrailed = (name: string) =>
    begin(name, {
      async ask() {
        trail.push(`${name} asks`)
        await settle()
        trail.push(`${name} has asked`)
        return begun(name)
      },
    })
  assert.deepEqual(await Promise.all(['1', '2', '3'].map(beginTrailed)), ['1', '2', '3'])
  assert.deepEqual(
    trail,
    ['1', '2', '3'].flatMap((name) => [`${name} asks`, `${name} has asked`]),
  )
})

test('requests of different conversations do not wait for each other', async (t) => {
  const { begin } = openQueue(t)
  const held = Promise.withResolvers<BeginOutcome>()
  const first = begin('1', { ask: () => held.promise })
  assert.equal(await begin('2', { conversation: { tenant: '', name: 'other' } }), '2')
  held.resolve(begun('1'))
  assert.equal(await first, '1')
})

test('a request that fails lets the next one ask', async (t) => {
  const { begin } = openQueue(t)
  const failing = begin('failing', { ask: () => Promise.reject(new Error('no')) })
  const next = begin('next')
  await assert.rejects(failing, /no/)
  assert.equal(await next, 'next')
})

test('requests that wait go on in order of arrival, each when the turn before has ended', async (t) => {
  const { wait, free } = openQueue(t)
  const order: string[] = []
  const all = (await wait('a', 'b', 'c')).map((one) => one.then((name) => order.push(name)))
  for (const [index, one] of all.entries()) {
    await settle()
    assert.equal(order.length, index)
    free()
    await one
  }
  assert.deepEqual(order, ['a', 'b', 'c'])
})

test('of the requests that wait, only the first asks again', async (t) => {
  const { wait, notify, trail } = openQueue(t)
  await wait('a', 'b', 'c')
  for (let times = 0; times < 3; times++) {
    notify()
    await settle()
    await settle()
  }
  assert.deepEqual(trail, ['a', 'a', 'a'])
})

test('the first asks again from time to time, also without a notification', async (t) => {
  const { wait, trail } = openQueue(t, { busyWaitMs: 60_000, pollMs: 5 })
  await wait('a')
  while (trail.length < 3) await settle()
  assert.deepEqual(new Set(trail), new Set(['a']))
})

test('another request asks too after a while: it may be the first in the database', async (t) => {
  const { wait, trail } = openQueue(t, { busyWaitMs: 60_000, pollMs: 5 })
  await wait('a', 'b')
  while (!trail.includes('b')) await settle()
  assert.ok(trail.filter((name) => name === 'a').length >= 1)
})

test('a conversation that becomes free while a request asks is not missed', async (t) => {
  const { begin, notify } = openQueue(t)
  const outcomes = [busy, busy, begun('a')]
  const name = await begin('a', {
    async ask() {
      const outcome = outcomes.shift() ?? assert.fail()
      if (outcomes.length === 1) notify()
      await settle()
      return outcome
    },
  })
  assert.equal(name, 'a')
})

test('a notification of another process lets exactly its request ask, whatever its position', async (t) => {
  const { wait, notifier, trail } = openQueue(t)
  await wait('a', 'b', 'c')
  notifier.notify('b')
  await settle()
  assert.deepEqual(trail, ['b'])
  await settle()
  notifier.notify('c')
  await settle()
  assert.deepEqual(trail, ['b', 'c'])
})

test('a notification that comes while its request asks lets it ask once more', async (t) => {
  const { begin, notifier } = openQueue(t)
  const outcomes = [busy, busy, begun('a')]
  begin('ahead', { ask: async () => busy }).catch(() => undefined)
  const name = await begin('a', {
    async ask() {
      const outcome = outcomes.shift() ?? assert.fail()
      if (outcomes.length === 1) notifier.notify('a')
      await settle()
      return outcome
    },
  })
  assert.equal(name, 'a')
})

test('a request that is sent again while it waits has the position of the first one, also when that has left [one-turn]', async (t) => {
  for (const leaves of [false, true]) {
    const { begin, wait, free, trail } = openQueue(t)
    const left = new AbortController()
    const key = { key: 'k', digest: 'd' }
    await wait()
    const first = begin('a', { key, disconnected: left.signal })
    const second = begin('b')
    first.catch(() => undefined)
    const again = begin('again', { key })
    while (trail.length < 6) await settle()
    if (leaves) left.abort(new Error('The client has disconnected.'))
    await settle()
    free()
    const { turn } = { turn: leaves ? 'again' : 'a' }
    assert.equal(await again, turn)
    if (!leaves) assert.equal(await first, turn)
    free()
    assert.equal(await second, 'b')
  }
})
