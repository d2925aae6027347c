import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, lastEnd, liveOf, liveProcess, settle } from '../../test/support/turns/live-process.ts'
import { call, calls, part, says } from '../../test/support/turns/scripted-engine.ts'
import { conversation, resident } from '../../test/support/turns/scripted-turn.ts'

test('a drain takes no new turns and lets those that run finish', async () => {
  const { post, turns, hold, release, store } = liveProcess([says('Hi.')])
  hold()
  const running = post('1')
  await running.begun
  const waiting = post('2')
  const drained = turns.drain(60_000)
  assert.equal(turns.isDraining, true)
  await assert.rejects(post('3', 'other').begun, { code: 'shutting-down' })
  assert.equal(turns.room, 0)
  await assert.rejects(turns.storeResults({ turn: 't1', results: [] }), { code: 'shutting-down' })
  await assert.rejects(turns.reset(conversation, []), { code: 'shutting-down' })
  await assert.rejects(turns.remove(conversation), { code: 'shutting-down' })
  release()
  await drained
  assert.equal(lastEnd(running.events)?.status, 'completed')
  await assert.rejects(waiting.begun, { code: 'shutting-down' })
  assert.equal(store.turn('t2'), undefined)
  assert.ok(store.done.includes('leaveQueue'), 'it leaves the queue')
})

test('a client that follows a turn learns at once that a drain begins, also where the turn runs elsewhere or its journal is away', async () => {
  const { post, turns, hold, release, store } = liveProcess([calls(call('locate')), says('Hi.')])
  await post('Where am I?', 'waits').ended
  hold()
  const { turn: running } = await post('Hello?').begun
  const follower = new Follower()
  const followed = [turns.follow('t1', 0, new Follower(), here), turns.follow(running, 0, follower, here)]
  await settle()
  const drained = turns.drain(60_000)
  assert.deepEqual(await Promise.all(followed), ['closing', 'closing'])
  assert.deepEqual(follower.kinds, ['turn-start', 'step-start'])
  assert.equal(await turns.follow(running, 0, new Follower(), here), 'closing')
  release()
  await drained
  assert.equal(store.turn(running)?.status, 'completed')
})

test('a client that waits for a turn of another process to be cancelled learns that a drain begins', async () => {
  const { turns, store } = liveProcess([says('Hi.')])
  store.cancel = async () => 'asked'
  const cancelled = turns.cancel('other')
  await settle()
  await turns.drain(60_000)
  await assert.rejects(cancelled, { code: 'shutting-down' })
})

test('what still runs at the deadline of a drain is ended as interrupted, and stored [drain]', async () => {
  const { post, turns, store } = liveProcess([[[part({ text: 'It is' })], 'silence']])
  const { begun, events } = post('Hello?')
  ;(await liveOf(begun)).accept()
  await settle()
  await turns.drain(1)
  const end = lastEnd(events)
  assert.deepEqual([end?.status, end?.error?.code], ['interrupted', 'shutting-down'])
  assert.equal(store.turn('t1')?.status, 'interrupted')
})

test('a drain waits for a turn that is just being begun', async () => {
  const { post, turns, store } = liveProcess([says('Hi.')])
  const writing = Promise.withResolvers<void>()
  store.before = (operation) => (operation === 'begin' ? writing.promise : undefined)
  const { begun, events } = post('Hello?')
  await settle()
  let drained = false
  const draining = turns.drain(60_000).then(() => {
    drained = true
  })
  await settle()
  assert.equal(drained, false)
  writing.resolve()
  await Promise.all([begun, draining])
  assert.equal(lastEnd(events)?.status, 'completed')
})

test('a turn that begins after the deadline of a drain is ended at once', async () => {
  const { post, turns, store } = liveProcess([[[part({ text: 'It is' })], 'silence']])
  const writing = Promise.withResolvers<void>()
  store.before = (operation) => (operation === 'begin' ? writing.promise : undefined)
  const { ended, events } = post('Hello?')
  await settle()
  const draining = turns.drain(0)
  // The deadline's timer was set before this one, for the same time.
  setTimeout(writing.resolve, 1)
  await Promise.all([ended, draining])
  assert.equal(lastEnd(events)?.status, 'interrupted')
})

test('a turn whose device answered before a drain goes on when its resident calls have ended', async () => {
  const slow = Promise.withResolvers<string>()
  const scripts = [calls(call('slow'), call('locate')), says('Done.')]
  const { post, turns, store } = liveProcess(scripts, { tools: [resident('slow', () => slow.promise)] })
  await post('Where am I?').begun
  await settle()
  const results = [{ seq: 2, index: 1, status: 'answered' as const, output: 'Bonn' }]
  assert.equal((await turns.storeResults({ turn: 't1', results })).result, 'recorded')
  const drained = turns.drain(60_000)
  slow.resolve('slow result')
  await drained
  assert.equal(store.turn('t1')?.status, 'completed')
})

test('results that come in a drain are refused, and their turn waits on', async () => {
  const { post, turns, store } = liveProcess([calls(call('locate'))])
  await post('Where am I?').ended
  await turns.drain(60_000)
  const results = [{ seq: 2, index: 0, status: 'answered' as const, output: 'Bonn' }]
  await assert.rejects(turns.storeResults({ turn: 't1', results }), { code: 'shutting-down' })
  assert.equal(store.turn('t1')?.status, 'waiting')
})
