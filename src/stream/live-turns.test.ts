import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, lastEnd, liveOf, liveProcess, prompt, settle } from '../../test/support/turns/live-process.ts'
import { call, calls, part, says } from '../../test/support/turns/scripted-engine.ts'
import { conversation, engineError, kinds } from '../../test/support/turns/scripted-turn.ts'
import type { TurnEvent } from '../protocol/events.ts'

test('a turn publishes all that happens to its listener', async () => {
  const { post, turns } = liveProcess([says('Hi.')])
  const { begun, ended, events } = post('Hello?')
  const { turn, after, live } = await begun
  assert.deepEqual([turn, after, live?.id], ['t1', 0, 't1'])
  assert.deepEqual(turns.ids(), ['t1'])
  await ended
  assert.deepEqual(kinds(events), ['step-start', 'text-delta', 'step-end', 'turn-end'])
  assert.deepEqual(turns.ids(), [])
})

test('a turn goes on when it has no listener any more', async () => {
  const { hold, release, store, turns } = liveProcess([says('Hi.')])
  hold()
  const live = await liveOf(turns.begin(prompt('Hello?'), here, () => undefined))
  const published: TurnEvent[] = []
  const listener = (events: readonly TurnEvent[]) => void published.push(...events)
  live.listen(listener)
  live.unlisten(listener)
  release()
  await live.finished
  assert.deepEqual(published, [])
  assert.equal(store.turn('t1')?.status, 'completed')
})

test('prompts to different conversations run side by side', async () => {
  const { post, hold, release, log } = liveProcess([says('Hi.')])
  hold()
  const posts = ['a', 'b'].map((name) => post('Hello?', name))
  await settle()
  assert.deepEqual([log('a'), log('b')], [['Hello?'], ['Hello?']])
  release()
  await Promise.all(posts.map(({ ended }) => ended))
})

test('a begin that the database refuses is an error for its client, and the next one goes on', async () => {
  const { post, store, turns } = liveProcess([says('Hi.')])
  store.before = () => {
    throw engineError('database-unavailable')
  }
  await assert.rejects(post('1').begun, { code: 'database-unavailable' })
  store.before = () => undefined
  await post('2').ended
  assert.deepEqual(turns.ids(), [])
})

test('a turn that runs too long fails, with a message that names the setting', async () => {
  const { post, store } = liveProcess([[[part({ text: 'It is' })], 'silence']], { turnTimeoutMs: 1 })
  const { ended, events } = post('Hello?')
  await ended
  const end = lastEnd(events)
  assert.deepEqual([end?.status, end?.error?.code], ['failed', 'turn-timeout'])
  assert.match(end?.error?.detail ?? '', /CHATTERD_TURN_TIMEOUT/)
  assert.equal(store.turn('t1')?.status, 'failed')
})

test('a database that stays away interrupts the turn, and its client gets the error', async () => {
  const { post, store, faults, turns } = liveProcess([says('Hi.')])
  const away = engineError('database-unavailable', 'connection refused')
  store.before = (operation) => {
    if (operation !== 'begin') throw away
  }
  const { ended, events } = post('Hello?')
  await ended
  const error = { code: 'database-unavailable' as const, detail: 'connection refused' }
  assert.deepEqual(lastEnd(events), { type: 'turn-end', status: 'interrupted', error })
  assert.deepEqual(faults, [])
  assert.deepEqual(turns.ids(), [])
})

test('a bug fails the turn and is logged, and its client gets an error without details', async () => {
  const fault = new TypeError('a bug with secrets in it')
  const { post, store, faults } = liveProcess([[fault]])
  const { ended, events } = post('Hello?')
  await ended
  const end = lastEnd(events)
  assert.deepEqual([end?.status, end?.error?.code], ['failed', 'internal'])
  assert.ok(!end?.error?.detail.includes('secrets'))
  assert.deepEqual(faults, [fault])
  assert.equal(store.turn('t1')?.status, 'failed')
})

test('a bug is an error for the client also where the failure cannot be stored', async () => {
  const fault = new TypeError('a bug')
  const { post, store, faults } = liveProcess([says('Hi.')])
  store.before = (operation) => {
    if (operation !== 'begin') throw fault
  }
  const { ended, events } = post('Hello?')
  await ended
  assert.equal(lastEnd(events)?.error?.code, 'internal')
  assert.deepEqual(faults, [fault, fault])
})

test('a request that fails before its client got anything can be refused', async () => {
  const { post, store } = liveProcess([[engineError('engine-busy', 'queue full')]])
  const { ended, events } = post('Hello?')
  await ended
  assert.equal(lastEnd(events)?.refused, true)
  assert.equal(store.turn('t1'), undefined)
})

test('a request whose turn is known to another client is not refused: its turn fails', async () => {
  const { post, store } = liveProcess([[engineError('engine-busy', 'queue full')]])
  store.withdraw = async () => false
  const { ended, events } = post('Hello?')
  await ended
  const error = { code: 'engine-busy' as const, detail: 'queue full' }
  assert.deepEqual(lastEnd(events), { type: 'turn-end', status: 'failed', error })
  assert.deepEqual([store.turn('t1')?.status, store.turn('t1')?.error], ['failed', error])
})

test('a request that has superseded a turn which a client follows is not refused: its turn fails [no-trace]', async () => {
  const { post, store, turns } = liveProcess([
    calls(call('locate')),
    [engineError('engine-busy', 'queue full')],
  ])
  await post('Where am I?').ended
  const follower = new Follower()
  const followed = turns.follow('t1', 0, follower, here)
  await follower.until(({ name }) => name === 'turn-waiting')
  const { ended, events } = post('Never mind.')
  await ended
  turns.onNotification({ type: 'events', turns: ['t1'] })
  assert.equal(await followed, 'ended')
  assert.equal(lastEnd(events)?.refused, undefined)
  assert.deepEqual([store.turn('t1')?.status, store.turn('t2')?.status], ['cancelled', 'failed'])
})

test('a request that is followed by its events is not refused: its turn fails', async () => {
  const { post, hold, release, store, turns } = liveProcess([[engineError('engine-busy', 'queue full')]])
  hold()
  const { begun, ended, events } = post('Hello?')
  const { turn } = await begun
  const follower = new Follower()
  const followed = turns.follow(turn, 0, follower, here)
  release()
  await ended
  assert.equal(await followed, 'ended')
  assert.equal(lastEnd(events)?.refused, undefined)
  assert.deepEqual(follower.kinds, ['turn-start', 'step-start', 'turn-end'])
  assert.equal(store.turn('t1')?.status, 'failed')
})

test('a begin whose response was lost is sent again, and is the same turn', async () => {
  const { post, store, log } = liveProcess([says('Hi.')])
  const begin = store.begin
  let failures = 1
  store.begin = async (beginning) => {
    const begun = await begin(beginning)
    if (failures-- > 0) throw engineError('database-unavailable')
    return begun
  }
  const { ended, events } = post('1')
  await ended
  assert.equal(lastEnd(events)?.status, 'completed')
  assert.deepEqual(log(), ['1', 'Hi.'])
})

test('a begin whose response is lost again and again is refused, and withdrawn in case it was stored', async () => {
  const { post, store } = liveProcess([says('Hi.')])
  const begin = store.begin
  store.begin = async (beginning) => {
    await begin(beginning)
    throw engineError('database-unavailable')
  }
  await assert.rejects(post('1').begun, { code: 'database-unavailable' })
  await settle()
  assert.equal(store.turn('t1'), undefined)
})

test('a turn that is publishing its end is not taken for the next one of its conversation', {
  timeout: 10_000,
}, async () => {
  const { post, store, turns } = liveProcess([says('Hi.'), [[part({ text: 'It is' })], 'silence']])
  const closing = Promise.withResolvers<void>()
  const endStep = store.endStep
  store.endStep = async (...outcome) => {
    const stored = await endStep(...outcome)
    await closing.promise
    return stored
  }
  const first = post('1')
  await first.begun
  // Its reply is stored, so another process would admit the next one.
  while (store.turn('t1')?.status !== 'completed') await settle()
  const second = await liveOf(turns.begin(prompt('2'), here, () => undefined))
  second.accept()
  closing.resolve()
  await first.ended
  await turns.reset(conversation, [])
  await second.finished
  assert.deepEqual(turns.ids(), [])
})
