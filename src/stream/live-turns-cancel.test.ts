import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, lastEnd, liveOf, liveProcess, prompt, settle } from '../../test/support/turns/live-process.ts'
import { call, calls, part, says } from '../../test/support/turns/scripted-engine.ts'
import { conversation, resident } from '../../test/support/turns/scripted-turn.ts'

const silent = [[[part({ text: 'It is' })], 'silence' as const]]

test("cancelling a running turn ends it, keeps its text, and closes the engine's response", async () => {
  const { post, turns, engine, store, log } = liveProcess(silent)
  const { begun, events } = post('Hello?')
  ;(await liveOf(begun)).accept()
  await settle()
  assert.equal(engine.open, 1)
  assert.equal(await turns.cancel('t1'), true)
  assert.equal(engine.open, 0)
  assert.deepEqual(lastEnd(events), { type: 'turn-end', status: 'cancelled' })
  assert.equal(store.turn('t1')?.status, 'cancelled')
  assert.deepEqual(log(), ['Hello?', 'It is'])
})

test('cancelling a turn whose tool runs ends its calls too, and says so', async () => {
  const hanging = resident('hanging', (_, { signal }) => {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const { post, turns } = liveProcess([calls(call('hanging'), call('locate'))], { tools: [hanging] })
  await post('Where am I?').begun
  await settle()
  assert.equal(await turns.cancel('t1'), true)
  const follower = new Follower()
  assert.equal(await turns.follow('t1', 0, follower, here), 'ended')
  const ends = follower.events.filter(({ name }) => name === 'call-end').map(({ data }) => JSON.parse(data))
  assert.deepEqual(
    ends.map(({ callId, status }) => [callId, status]),
    [
      ['own_1', 'failed'],
      ['own_2', 'cancelled'],
    ],
  )
  assert.equal(follower.kinds.at(-1), 'turn-end')
})

test('cancelling a turn that waits for its device ends it and its calls', async () => {
  const { post, turns, store } = liveProcess([calls(call('locate'))])
  await post('Where am I?').ended
  const follower = new Follower()
  const followed = turns.follow('t1', 0, follower, here)
  await follower.until(({ name }) => name === 'turn-waiting')
  assert.equal(await turns.cancel('t1'), true)
  turns.onNotification({ type: 'events', turns: ['t1'] })
  assert.equal(await followed, 'ended')
  assert.deepEqual(follower.kinds.slice(-2), ['call-end', 'turn-end'])
  assert.equal(store.turn('t1')?.status, 'cancelled')
})

test('cancelling a turn that has ended changes nothing', async () => {
  const { post, turns, store } = liveProcess([says('Hi.')])
  await post('Hello?').ended
  assert.equal(await turns.cancel('t1'), true)
  assert.equal(store.turn('t1')?.status, 'completed')
})

test('a turn that does not exist cannot be cancelled', async () => {
  const { turns } = liveProcess([says('Hi.')])
  assert.equal(await turns.cancel('t1'), false)
})

test('cancelling a turn that another process runs waits until that one has ended it', async () => {
  const { turns, store } = liveProcess([says('Hi.')])
  let ended = false
  let tries = 0
  store.cancel = async () => {
    tries += 1
    return ended ? 'ended' : 'asked'
  }
  let cancelled: boolean | undefined
  const cancelling = turns.cancel('other').then((outcome) => {
    cancelled = outcome
  })
  await settle()
  assert.deepEqual([tries, cancelled], [1, undefined])
  ended = true
  turns.onNotification({ type: 'events', turns: ['other'] })
  await cancelling
  assert.deepEqual([tries, cancelled], [2, true])
})

test('cancelling a turn that another process runs works without notifications', async () => {
  const { turns, store } = liveProcess([says('Hi.')])
  const outcomes = ['asked', 'ended'] as const
  let tries = 0
  store.cancel = async () => outcomes[tries++] ?? 'ended'
  assert.equal(await turns.cancel('other'), true)
})

test('emptying a conversation ends the turn that runs in it', async () => {
  const { post, turns, engine, store, log } = liveProcess([[[part({ text: 'It is' })], 'silence']])
  const { begun, ended, events } = post('Hello?')
  ;(await liveOf(begun)).accept()
  await settle()
  await turns.reset(conversation, [{ role: 'system', content: 'Be brief.' }])
  await ended
  assert.equal(lastEnd(events)?.error?.detail, 'The conversation was emptied.')
  assert.equal(engine.open, 0)
  assert.deepEqual(log(), ['Be brief.'])
  assert.equal(store.conversation('talk')?.pinned, 1)
})

test('a client that follows a turn gets its end when the conversation is emptied or removed [ends-once]', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const script of [silent, [calls(call('locate'))]])
    for (const way of ['reset', 'remove'] as const) {
      const { post, turns } = liveProcess(script)
      await liveOf(post('Hello?').begun)
      await settle()
      const follower = new Follower()
      const followed = turns.follow('t1', 0, follower, here)
      for (let times = 0; times < 5; times++) await settle()
      if (way === 'reset') await turns.reset(conversation, [])
      else await turns.remove(conversation)
      assert.equal(await followed, 'ended')
      const last = follower.events.at(-1)
      assert.equal(last?.name, 'turn-end')
      assert.equal(JSON.parse(last?.data ?? '').status, 'cancelled')
      assert.equal(follower.kinds.filter((kind) => kind === 'turn-end').length, 1)
    }
})

test('a prompt that waits when its conversation is removed begins in a new one', async () => {
  const { post, turns, log } = liveProcess([...silent, says('Hi.')])
  ;(await liveOf(post('first').begun)).accept()
  const second = post('second')
  await settle()
  assert.equal(await turns.remove(conversation), true)
  await second.ended
  assert.equal(lastEnd(second.events)?.status, 'completed')
  assert.deepEqual(log(), ['second', 'Hi.'])
})

test('removing a conversation cancels the turn that is active in it', async () => {
  for (const script of [silent, [calls(call('locate'))]]) {
    const { post, turns, engine, store } = liveProcess(script)
    ;(await liveOf(post('Hello?').begun)).accept()
    await settle()
    assert.equal(await turns.remove(conversation), true)
    assert.equal(engine.open, 0)
    assert.equal(store.conversation('talk'), undefined)
    assert.equal(await turns.remove(conversation), false)
  }
})

test('a turn without subscribers is cancelled after a time, where its client asked for that', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { turns, store, engine } = liveProcess(silent)
  const live = await liveOf(turns.begin(prompt('Hello?'), here))
  live.cancelAfterIdle(100)
  t.mock.timers.tick(99)
  assert.equal(live.signal.aborted, false)
  t.mock.timers.tick(1)
  await live.finished
  assert.equal(store.turn('t1')?.status, 'cancelled')
  assert.equal(engine.open, 0)
})

test('a turn is not cancelled while it has a listener or a follower, nor where they come back in time', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { turns } = liveProcess(silent)
  const live = await liveOf(turns.begin(prompt('Hello?'), here))
  live.cancelAfterIdle(100)
  const others = [
    () => {
      const listener = () => undefined
      live.listen(listener)
      return () => live.unlisten(listener)
    },
    () => live.follow(1, () => undefined)?.stop ?? assert.fail(),
  ]
  for (const comeBack of others) {
    t.mock.timers.tick(60)
    const disconnect = comeBack()
    t.mock.timers.tick(1_000)
    assert.equal(live.signal.aborted, false)
    disconnect()
    disconnect()
  }
  t.mock.timers.tick(99)
  assert.equal(live.signal.aborted, false)
  t.mock.timers.tick(1)
  assert.equal(live.signal.aborted, true)
  await live.finished
})

test('a turn that goes on without subscribers is not cancelled where its client did not ask for that', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { turns } = liveProcess(silent, { turnTimeoutMs: 60_000 })
  const live = await liveOf(turns.begin(prompt('Hello?'), here))
  const listener = () => undefined
  live.listen(listener)
  live.unlisten(listener)
  t.mock.timers.tick(59_999)
  assert.equal(live.signal.aborted, false)
  await turns.cancel('t1')
})
