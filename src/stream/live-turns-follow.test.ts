import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, liveOf, liveProcess, prompt, settle } from '../../test/support/turns/live-process.ts'
import { call, calls, part, type Scene, says } from '../../test/support/turns/scripted-engine.ts'
import { engineError } from '../../test/support/turns/scripted-turn.ts'

/** A reply that comes in pieces. */
const pieces = (...texts: string[]): Scene[] => [
  ...texts.map((text) => [part({ text })]),
  [part({ done: true })],
]

test('followers of a turn get its events as they happen, from any number on, and the same when it has ended', async () => {
  const steps: (() => void)[] = []
  const { turns, store } = liveProcess([pieces('a', 'b', 'c', 'd', 'e')])
  const live = await liveOf(turns.begin(prompt('Hello?'), here))
  const publish = live.publish.bind(live)
  live.publish = async (events) => {
    await publish(events)
    await new Promise<void>((resolve) => steps.push(resolve))
  }
  const followers: Follower[] = []
  const followed: Promise<string>[] = []
  const join = (after: number) => {
    const follower = new Follower(after)
    followers.push(follower)
    followed.push(turns.follow('t1', after, follower, here))
  }
  const joinAtEach = () => {
    for (let after = 0; after <= (followers[0]?.events.length ?? 0); after++) join(after)
  }
  join(0)
  while (turns.ids().length > 0) {
    await settle()
    joinAtEach()
    steps.shift()?.()
  }
  joinAtEach()
  assert.deepEqual(new Set(await Promise.all(followed)), new Set(['ended']))
  const [first] = followers
  assert.ok(first && followers.length > 20)
  assert.equal(first.text, 'abcde')
  for (const { events } of followers)
    assert.deepEqual(events, first.events.slice(first.events.length - events.length))
  assert.equal(store.turn('t1')?.lastEvent, first.events.length)
})

test('a turn that waits for its device is followed through its wait to its end', async () => {
  const { post, turns } = liveProcess([calls(call('locate')), says('In Bonn.')])
  const { turn } = await post('Where am I?').begun
  const follower = new Follower()
  const followed = turns.follow(turn, 0, follower, here)
  await follower.until(({ name }) => name === 'turn-waiting')
  await turns.storeResults({ turn, results: [{ seq: 2, index: 0, status: 'answered', output: 'Bonn' }] })
  assert.equal(await followed, 'ended')
  assert.deepEqual(follower.kinds.slice(-5), ['call-end', 'step-start', 'text-delta', 'step-end', 'turn-end'])
})

test('an engine that is faster than the journal waits: no more events are unjournaled than allowed [events]', async () => {
  const texts = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
  const { turns, store, engine } = liveProcess([pieces(...texts)], { maxUnjournaledEvents: 3 })
  const away = Promise.withResolvers<void>()
  store.before = (operation) => (operation === 'write' ? away.promise : undefined)
  const { turn } = await turns.begin(prompt('Hello?'), here)
  const follower = new Follower()
  const followed = turns.follow(turn, 0, follower, here)
  await follower.until(({ number }) => number === 4)
  for (let times = 0; times < 20; times++) await settle()
  assert.equal(follower.events.length, 4)
  assert.equal(follower.text, 'ab')
  assert.equal(engine.open, 1)
  away.resolve()
  assert.equal(await followed, 'ended')
  assert.equal(follower.text, texts.join(''))
})

test('a turn that waits for the journal can be cancelled, and all that it has published is stored', async () => {
  const { turns, store, log } = liveProcess([pieces('a', 'b', 'c', 'd', 'e', 'f')], {
    maxUnjournaledEvents: 2,
  })
  store.before = (operation) => {
    if (operation === 'write') throw engineError('database-unavailable')
  }
  const { turn } = await turns.begin(prompt('Hello?'), here)
  const follower = new Follower()
  const followed = turns.follow(turn, 0, follower, here)
  await follower.until(({ number }) => number === 3)
  for (let times = 0; times < 20; times++) await settle()
  assert.equal(await turns.cancel(turn), true)
  assert.equal(await followed, 'ended')
  assert.deepEqual(log(), ['Hello?', follower.text])
  assert.equal(follower.kinds.at(-1), 'turn-end')
  const again = new Follower()
  await turns.follow(turn, 0, again, here)
  assert.deepEqual(again.events, follower.events)
})

test('a turn that does not exist, or that was withdrawn, is unknown to followers', async () => {
  const { post, turns } = liveProcess([[engineError('engine-busy')]])
  assert.equal(await turns.follow('t1', 0, new Follower(), here), 'unknown')
  await post('Hello?').ended
  assert.equal(await turns.follow('t1', 0, new Follower(), here), 'unknown')
})

test('a client that disconnects ends only its own subscription', async () => {
  const { turns, hold, release } = liveProcess([says('Hi.')])
  hold()
  const { turn, live } = await turns.begin(prompt('Hello?'), here)
  const disconnecting = new AbortController()
  const followed = turns.follow(turn, 0, new Follower(), disconnecting.signal)
  const other = new Follower()
  const others = turns.follow(turn, 0, other, here)
  await settle()
  disconnecting.abort()
  assert.equal(await followed, 'disconnected')
  assert.equal(live?.signal.aborted, false)
  release()
  assert.equal(await others, 'ended')
  assert.equal(other.text, 'Hi.')
})

test('a turn that this process has lost ends for its followers with what the journal says', async () => {
  const { turns, store, hold, release } = liveProcess([pieces('a', 'b')])
  hold()
  const { turn, live } = await turns.begin(prompt('Hello?'), here)
  const endTurn = store.endTurn
  store.endStep = () => Promise.reject(engineError('turn-lost'))
  const follower = new Follower()
  const followed = turns.follow(turn, 0, follower, here)
  release()
  await live?.finished
  await settle()
  assert.ok(!follower.kinds.includes('turn-end'))
  // Another process ends it, as its sweep does.
  const events = [{ first: 5, count: 1, records: 'turn-end {"status":"interrupted"}\n' }]
  const journalEvents = {
    first: 2,
    count: 3,
    records: `step-start {"step":1}\n${'text-delta {"text":""}\n'.repeat(2)}`,
  }
  await endTurn({ turn, status: 'interrupted' }, [journalEvents, ...events])
  turns.onNotification({ type: 'events', turns: [turn] })
  assert.equal(await followed, 'ended')
  assert.equal(follower.kinds.at(-1), 'turn-end')
})
