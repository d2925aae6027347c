import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastEnd, liveProcess, settle } from '../../test/live-process.ts'
import { call, calls, part, says } from '../../test/scripted-engine.ts'
import { conversation, resident } from '../../test/scripted-turn.ts'

test('a drain takes no new turns and lets those that run finish', async () => {
  const { post, turns, hold, release, store } = liveProcess([says('Hi.')])
  hold()
  const running = post('1')
  await running.begun
  const waiting = post('2')
  const drained = turns.drain(60_000)
  assert.equal(turns.isDraining, true)
  await assert.rejects(post('3', 'other').begun, { code: 'shutting-down' })
  const answers = { turn: 't1', answers: [] }
  await assert.rejects(
    turns.answer(conversation, answers, () => undefined),
    { code: 'shutting-down' },
  )
  await assert.rejects(turns.reset(conversation, []), { code: 'shutting-down' })
  release()
  await drained
  assert.equal(lastEnd(running.events)?.status, 'completed')
  await assert.rejects(waiting.begun, { code: 'shutting-down' })
  assert.equal(store.turn('t2'), undefined)
})

test('what still runs at the deadline of a drain is ended as interrupted, and stored', async () => {
  const { post, turns, store } = liveProcess([[[part({ text: 'It is' })], 'silence']])
  const { begun, events } = post('Hello?')
  ;(await begun).accept()
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

test('results that waited for a resident call are refused in a drain, and their turn waits on', async () => {
  const slow = Promise.withResolvers<string>()
  const scripts = [calls(call('slow'), call('locate'))]
  const { post, turns, store } = liveProcess(scripts, { tools: [resident('slow', () => slow.promise)] })
  await post('Where am I?').begun
  await settle()
  const answers = [{ seq: 2, index: 1, status: 'answered' as const, output: 'Bonn' }]
  const answered = turns.answer(conversation, { turn: 't1', answers }, () => undefined)
  const drained = turns.drain(60_000)
  slow.resolve('slow result')
  await assert.rejects(answered, { code: 'shutting-down' })
  await drained
  assert.equal(store.turn('t1')?.status, 'waiting')
})
