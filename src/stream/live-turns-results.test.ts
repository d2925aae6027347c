import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, lastEnd, liveProcess, settle } from '../../test/support/turns/live-process.ts'
import { call, calls, says } from '../../test/support/turns/scripted-engine.ts'
import { engineError, kinds, resident } from '../../test/support/turns/scripted-turn.ts'
import type { TurnEvent } from '../protocol/events.ts'

/** The device's result of the call at this index of the turn's first reply. */
const bonn = (index: number) => ({ seq: 2, index, status: 'answered' as const, output: 'Bonn' })

test('a result of the device lets the turn go on, in this process', async () => {
  const { post, turns, log } = liveProcess([calls(call('locate')), says('In Bonn.')])
  const first = post('Where am I?')
  await first.ended
  assert.equal(first.events.at(-1)?.type, 'turn-waiting')
  const events: TurnEvent[] = []
  const stored = await turns.storeResults({ turn: 't1', results: [bonn(0)] }, (batch) =>
    events.push(...batch),
  )
  assert.deepEqual([stored.result, stored.turn, stored.live?.id], ['go-on', 't1', 't1'])
  await stored.live?.finished
  assert.deepEqual(kinds(events), ['step-start', 'text-delta', 'step-end', 'turn-end'])
  assert.deepEqual(log(), ['Where am I?', '', 'In Bonn.'])
})

test('results are followed by the events after the number that their request gets', async () => {
  const { post, turns } = liveProcess([calls(call('locate')), says('In Bonn.')])
  await post('Where am I?').ended
  const { after } = await turns.storeResults({ turn: 't1', results: [bonn(0)] })
  const follower = new Follower(after)
  assert.equal(await turns.follow('t1', after, follower, here), 'ended')
  assert.deepEqual(follower.kinds, ['call-end', 'step-start', 'text-delta', 'step-end', 'turn-end'])
})

test('results that are sent again with their key get the same outcome, whatever has become of their turn', async () => {
  const { post, turns, engine } = liveProcess([calls(call('locate')), says('In Bonn.')])
  await post('Where am I?').ended
  const given = { turn: 't1', results: [bonn(0)], key: { key: 'k', digest: 'd' } }
  const { after, live } = await turns.storeResults(given)
  await live?.finished
  assert.deepEqual(await turns.storeResults(given), { result: 'replay', turn: 't1', after })
  assert.equal(engine.requests.length, 2)
})

test('a turn goes on once, with the last of its results, and takes none twice', async () => {
  const { post, turns, engine } = liveProcess([calls(call('locate'), call('locate')), says('Done.')])
  await post('Where am I?').ended
  const postResult = (index: number) => turns.storeResults({ turn: 't1', results: [bonn(index)] })
  assert.deepEqual(await postResult(1), { result: 'recorded', turn: 't1', after: 0 })
  assert.equal((await postResult(1)).result, 'conflict')
  const [one, other] = await Promise.all([postResult(0), postResult(0)])
  assert.deepEqual([one.result, other.result], ['go-on', 'conflict'])
  await one.live?.finished
  assert.equal(engine.requests.length, 2)
})

test('results of a quick device are taken while resident calls of the same reply still run', async () => {
  const slow = Promise.withResolvers<string>()
  const scripts = [calls(call('slow'), call('locate')), says('Done.')]
  const { post, turns, engine } = liveProcess(scripts, { tools: [resident('slow', () => slow.promise)] })
  const first = post('Where am I?')
  await first.begun
  const follower = new Follower()
  const followed = turns.follow('t1', 0, follower, here)
  await settle()
  assert.equal((await turns.storeResults({ turn: 't1', results: [bonn(1)] })).result, 'recorded')
  let rested = false
  const atRest = turns.whenNotRunning('t1').then(() => {
    rested = true
  })
  await settle()
  assert.deepEqual([engine.requests.length, rested], [1, false])
  slow.resolve('slow result')
  await first.ended
  await atRest
  assert.equal(lastEnd(first.events)?.status, 'completed')
  const contents = engine.requests[1]?.messages.slice(-2).map(({ content }) => content)
  assert.deepEqual(contents, ['slow result', 'Bonn'])
  assert.equal(first.events.filter(({ type }) => type === 'call-end').length, 2)
  assert.equal(await followed, 'ended')
  assert.deepEqual(follower.kinds.slice(-7), [
    ...['step-end', 'call-end', 'call-end'],
    ...['step-start', 'text-delta', 'step-end', 'turn-end'],
  ])
})

test('a turn whose device has sent no results when its resident calls have ended waits, and says so', async () => {
  const scripts = [calls(call('quick'), call('locate')), says('Done.')]
  const { post, turns } = liveProcess(scripts, { tools: [resident('quick', () => 'quick result')] })
  const first = post('Where am I?')
  await first.ended
  assert.deepEqual(first.events.at(-1), { type: 'turn-waiting', calls: ['own_2'] })
  const follower = new Follower()
  const followed = turns.follow('t1', 0, follower, here)
  await (await turns.storeResults({ turn: 't1', results: [bonn(1)] })).live?.finished
  assert.equal(await followed, 'ended')
  assert.deepEqual(follower.kinds.slice(-8), [
    ...['step-end', 'call-end', 'turn-waiting', 'call-end'],
    ...['step-start', 'text-delta', 'step-end', 'turn-end'],
  ])
})

test('a new prompt supersedes a turn that waits for its device', async () => {
  const { post, store, engine } = liveProcess([calls(call('locate')), says('Hi.')])
  await post('Where am I?').ended
  await post('Never mind.').ended
  assert.deepEqual([store.turn('t1')?.status, store.turn('t2')?.status], ['cancelled', 'completed'])
  const roles = engine.requests[1]?.messages.map(({ role }) => role)
  assert.deepEqual(roles, ['user', 'assistant', 'tool', 'user'])
})

test('a turn goes on with results whose outcome was lost with the database, once that is back', async () => {
  const { post, turns, store, log } = liveProcess([calls(call('locate')), says('In Bonn.')], {
    leaseMs: 60_000,
  })
  await post('Where am I?').ended
  const storeResults = store.storeResults
  let failures = 2
  store.storeResults = async (posted) => {
    const stored = await storeResults(posted)
    if (failures-- > 0) throw engineError('database-unavailable')
    return stored
  }
  await assert.rejects(turns.storeResults({ turn: 't1', results: [bonn(0)] }), {
    code: 'database-unavailable',
  })
  assert.equal(await turns.follow('t1', 0, new Follower(), here), 'ended')
  assert.deepEqual(log(), ['Where am I?', '', 'In Bonn.'])
})
