import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, lastEnd, liveOf, liveProcess, prompt, settle } from '../../test/support/turns/live-process.ts'
import { call, calls, part, says } from '../../test/support/turns/scripted-engine.ts'
import { begin, engineError } from '../../test/support/turns/scripted-turn.ts'
import type { EventJournal } from '../turn/ports/event-journal.ts'

const silent = [[[part({ text: 'It is' })], 'silence' as const]]

test('an adopted turn goes on here, and its followers get its events at once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const store = createMemoryStore()
  const state = await begin(store, undefined, 'left')
  const { turns, engine } = liveProcess([says('Hi.')], { store })
  const follower = new Follower()
  const followed = turns.follow('left', 0, follower, here)
  await follower.until(({ name }) => name === 'turn-start')
  for (let times = 0; times < 5; times++) await settle()
  turns.onHeartbeat({ adopted: [state], cancelled: [], calls: [] })
  assert.deepEqual(turns.ids(), ['left'])
  assert.equal(await followed, 'ended')
  assert.deepEqual(follower.kinds, ['turn-start', 'step-start', 'text-delta', 'step-end', 'turn-end'])
  assert.equal(engine.requests.length, 1)
  assert.equal(store.turn('left')?.status, 'completed')
})

test('an adopted turn has no client: it is not refused, but fails', async () => {
  const store = createMemoryStore()
  const state = await begin(store, undefined, 'left')
  const { turns } = liveProcess([[engineError('engine-busy')]], { store })
  turns.onHeartbeat({ adopted: [state], cancelled: [], calls: [] })
  await turns.whenNotRunning('left')
  assert.equal(store.turn('left')?.status, 'failed')
})

test('a turn that is to be cancelled is, when a heartbeat or another process says so', async () => {
  for (const by of ['heartbeat', 'notification'] as const) {
    const { post, turns, engine } = liveProcess(silent)
    const { begun, ended, events } = post('Hello?')
    ;(await liveOf(begun)).accept()
    await settle()
    if (by === 'notification') turns.onNotification({ type: 'cancel', turn: 't1' })
    else turns.onHeartbeat({ adopted: [], cancelled: ['t1', 'not here'], calls: [] })
    await ended
    assert.equal(lastEnd(events)?.status, 'cancelled')
    assert.equal(engine.open, 0)
  }
})

test('a notification for a turn that does not run here does nothing', async () => {
  const { post, turns } = liveProcess([says('Hi.')])
  turns.onNotification({ type: 'cancel', turn: 't1' })
  turns.onNotification({ type: 'free', turn: 't1' })
  turns.onNotification({ type: 'events', turns: ['t1', 't2'] })
  turns.onNotification({ type: 'missed' })
  const { ended, events } = post('Hello?')
  await ended
  assert.equal(lastEnd(events)?.status, 'completed')
})

/** Two processes of one database; in the first, a turn waits for its device, which the second follows. Nothing is polled. */
async function twoProcesses(mock: { enable(given: { apis: ['setTimeout'] }): void }) {
  const one = liveProcess([calls(call('locate')), says('In Bonn.')])
  await one.post('Where am I?').ended
  mock.enable({ apis: ['setTimeout'] })
  const two = liveProcess([says('Hi.')], { store: one.store })
  const follower = new Follower()
  const followed = two.turns.follow('t1', 0, follower, here)
  await follower.until(({ name }) => name === 'turn-waiting')
  for (let times = 0; times < 5; times++) await settle()
  const results = [{ seq: 2, index: 0, status: 'answered' as const, output: 'Bonn' }]
  await (await one.turns.storeResults({ turn: 't1', results })).live?.finished
  await settle()
  return { ...two, one, follower, followed }
}

test('followers get the events of a turn in another process when its notification comes', async (t) => {
  const { turns, follower, followed } = await twoProcesses(t.mock.timers)
  assert.equal(follower.kinds.at(-1), 'turn-waiting')
  turns.onNotification({ type: 'events', turns: ['other'] })
  await settle()
  assert.equal(follower.kinds.at(-1), 'turn-waiting')
  turns.onNotification({ type: 'events', turns: ['other', 't1'] })
  assert.equal(await followed, 'ended')
  assert.equal(follower.text, 'In Bonn.')
})

test('where notifications may have been missed, all followers read the journal', async (t) => {
  const { turns, followed } = await twoProcesses(t.mock.timers)
  turns.onNotification({ type: 'missed' })
  assert.equal(await followed, 'ended')
})

test('where notifications are lost, followers read the journal once a second [lost-notification]', async (t) => {
  const { followed } = await twoProcesses(t.mock.timers)
  t.mock.timers.tick(1_000)
  assert.equal(await followed, 'ended')
})

test('a prompt that waits for a turn of another process begins when it is notified that its conversation is free', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { turns, store } = liveProcess([says('Hi.')])
  const state = await begin(store, undefined, 'other')
  const [first, second] = ['1', '2'].map((content) => turns.begin(prompt(content), here))
  assert.ok(first && second)
  for (let times = 0; times < 5; times++) await settle()
  await store.endTurn({ turn: state.id, status: 'completed' }, [])
  turns.onNotification({ type: 'free', turn: 'nobody' })
  for (let times = 0; times < 5; times++) await settle()
  assert.deepEqual(turns.ids(), [])
  turns.onNotification({ type: 'free', turn: 't1' })
  await (await liveOf(first)).finished
  await (await liveOf(second)).finished
  assert.equal(store.turn('t2')?.status, 'completed')
})

test('a turn that another process runs, as the journal says, is given up here, and its listener learns where the journal goes on', async () => {
  const { post, store, engine } = liveProcess(silent)
  const journal: EventJournal['write'] = store.journal.write
  store.journal.write = async (turns) => ({
    ...(await journal(turns)),
    written: [],
    lost: turns.map(({ turn }) => turn),
  })
  store.endTurn = () =>
    Promise.reject(engineError('turn-lost', 'The turn is not run by this process any more.'))
  const { ended, events } = post('Hello?')
  await ended
  const end = lastEnd(events)
  assert.deepEqual([end?.status, end?.error?.code], ['interrupted', 'turn-lost'])
  assert.deepEqual(end?.lost, { turn: 't1', after: 3 })
  assert.equal(engine.open, 0)
})
