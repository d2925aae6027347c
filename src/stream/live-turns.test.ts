import assert from 'node:assert/strict'
import { test } from 'node:test'
import { here, lastEnd, liveProcess, settle } from '../../test/live-process.ts'
import { call, calls, part, says } from '../../test/scripted-engine.ts'
import { conversation, engineError, kinds, request, resident, user } from '../../test/scripted-turn.ts'
import type { TurnEvent } from '../protocol/events.ts'

test('a turn tells its listener all that happens, first that it began', async () => {
  const { post, turns } = liveProcess([says('Hi.')])
  const { begun, ended, events } = post('Hello?')
  assert.equal((await begun).id, 't1')
  assert.deepEqual(turns.ids(), ['t1'])
  await ended
  assert.deepEqual(events[0], { type: 'turn-start', turn: 't1', conversation: 'talk', model: 'm' })
  assert.deepEqual(kinds(events).slice(1), ['step-start', 'text-delta', 'step-end', 'turn-end'])
  assert.deepEqual(turns.ids(), [])
})

test('a turn goes on when nobody listens any more', async () => {
  const { hold, release, store, turns } = liveProcess([says('Hi.')])
  hold()
  const live = await turns.begin({ conversation, request, messages: [user('Hello?')] }, here, () => undefined)
  const told: TurnEvent[] = []
  live.listen((events) => told.push(...events))()
  release()
  await live.finished
  assert.deepEqual(told, [])
  assert.equal(store.turn('t1')?.status, 'completed')
})

test('prompts to one conversation run one after the other, in order of arrival', async () => {
  const { post, hold, release, log } = liveProcess([says('one.'), says('two.'), says('three.')])
  hold()
  const posts = ['1', '2', '3'].map((content) => post(content))
  await settle()
  assert.deepEqual(log(), ['1'])
  release()
  await Promise.all(posts.map(({ ended }) => ended))
  assert.deepEqual(log(), ['1', 'one.', '2', 'two.', '3', 'three.'])
  for (const { events } of posts) assert.equal(lastEnd(events)?.status, 'completed')
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

test('a client that leaves while it waits has asked nothing', async () => {
  const { post, hold, release, log } = liveProcess([says('Hi.')])
  hold()
  const left = new AbortController()
  const first = post('1')
  await first.begun
  const leaving = post('2', 'talk', left.signal)
  const behind = post('3')
  await settle()
  left.abort(new Error('gone'))
  await assert.rejects(leaving.begun, /gone/)
  release()
  await Promise.all([first.ended, behind.ended])
  assert.deepEqual(log(), ['1', 'Hi.', '3', 'Hi.'])
  assert.deepEqual(leaving.events, [])
})

test('a client that waits too long is told that the conversation is busy', async () => {
  const { post, hold, release, log } = liveProcess([says('Hi.')], { busyWaitMs: 1 })
  hold()
  const first = post('1')
  await first.begun
  await assert.rejects(post('2').begun, { code: 'conversation-busy' })
  release()
  await first.ended
  assert.deepEqual(log(), ['1', 'Hi.'])
})

test('when as many wait for a conversation as may, the next one is told at once', async () => {
  const { post, hold, release } = liveProcess([says('Hi.')], { maxWaiting: 1 })
  hold()
  const first = post('1')
  await first.begun
  const second = post('2')
  await assert.rejects(post('3').begun, { code: 'conversation-busy', message: /1 requests wait/ })
  release()
  await Promise.all([first.ended, second.ended])
})

test('more turns than allowed are refused, until one has ended', async () => {
  const { post, hold, release } = liveProcess([says('Hi.')], { maxTurns: 2 })
  hold()
  const running = [post('Hello?', 'a'), post('Hello?', 'b')]
  await assert.rejects(post('Hello?', 'c').begun, {
    code: 'too-many-requests',
    message: /CHATTERD_MAX_TURNS/,
  })
  release()
  await Promise.all(running.map(({ ended }) => ended))
  await post('Hello?', 'c').ended
})

test('a conversation that another process is busy in is asked for again', async () => {
  const { post, store, log } = liveProcess([says('Hi.')])
  const begin = store.begin
  let busy = 1
  store.begin = async (beginning) => (busy-- > 0 ? undefined : begin(beginning))
  await post('Hello?').ended
  assert.deepEqual(log(), ['Hello?', 'Hi.'])
})

test('a begin that the database refuses is told to its client, and the next one goes on', async () => {
  const { post, store, turns } = liveProcess([says('Hi.')])
  store.before = () => {
    throw engineError('database-unavailable')
  }
  await assert.rejects(post('1').begun, { code: 'database-unavailable' })
  store.before = () => undefined
  await post('2').ended
  assert.deepEqual(turns.ids(), [])
})

test('a turn that runs too long fails, with words that name the setting', async () => {
  const { post, store } = liveProcess([[[part({ text: 'It is' })], 'silence']], { turnTimeoutMs: 1 })
  const { ended, events } = post('Hello?')
  await ended
  const end = lastEnd(events)
  assert.deepEqual([end?.status, end?.error?.code], ['failed', 'turn-timeout'])
  assert.match(end?.error?.detail ?? '', /CHATTERD_TURN_TIMEOUT/)
  assert.equal(store.turn('t1')?.status, 'failed')
})

test('an answer of the device lets the turn go on, in this process', async () => {
  const { post, turns, log } = liveProcess([calls(call('locate')), says('In Bonn.')])
  const first = post('Where am I?')
  await first.ended
  assert.equal(first.events.at(-1)?.type, 'turn-waiting')
  const events: TurnEvent[] = []
  const answers = [{ seq: 2, index: 0, status: 'answered' as const, output: 'Bonn' }]
  const live = await turns.answer(conversation, { turn: 't1', answers }, (batch) => events.push(...batch))
  assert.ok(typeof live === 'object')
  assert.equal(live.id, 't1')
  await live.finished
  assert.deepEqual(kinds(events), ['step-start', 'text-delta', 'step-end', 'turn-end'])
  assert.deepEqual(log(), ['Where am I?', '', 'In Bonn.'])
})

test('a turn goes on once, with the last of its answers, and takes none twice', async () => {
  const { post, turns, engine } = liveProcess([calls(call('locate'), call('locate')), says('Done.')])
  await post('Where am I?').ended
  const answer = (index: number) => {
    const answers = [{ seq: 2, index, status: 'answered' as const, output: 'Bonn' }]
    return turns.answer(conversation, { turn: 't1', answers }, () => undefined)
  }
  assert.equal(await answer(1), 'recorded')
  assert.equal(await answer(1), 'conflict')
  const [one, other] = await Promise.all([answer(0), answer(0)])
  assert.deepEqual([typeof one, other], ['object', 'conflict'])
  if (typeof one === 'object') await one.finished
  assert.equal(engine.requests.length, 2)
})

test('a quick device waits for the resident calls of the same answer', async () => {
  const slow = Promise.withResolvers<string>()
  const scripts = [calls(call('slow'), call('locate')), says('Done.')]
  const { post, turns, engine } = liveProcess(scripts, { tools: [resident('slow', () => slow.promise)] })
  const first = post('Where am I?')
  await first.begun
  await settle()
  const answers = [{ seq: 2, index: 1, status: 'answered' as const, output: 'Bonn' }]
  const answered = turns.answer(conversation, { turn: 't1', answers }, () => undefined)
  await settle()
  assert.equal(engine.requests.length, 1)
  slow.resolve('slow result')
  const live = await answered
  assert.ok(typeof live === 'object')
  await live.finished
  const told = engine.requests[1]?.messages.slice(-2).map(({ content }) => content)
  assert.deepEqual(told, ['slow result', 'Bonn'])
})

test('a new prompt supersedes a turn that waits for its device', async () => {
  const { post, store, engine } = liveProcess([calls(call('locate')), says('Hi.')])
  await post('Where am I?').ended
  await post('Never mind.').ended
  assert.deepEqual([store.turn('t1')?.status, store.turn('t2')?.status], ['cancelled', 'completed'])
  const told = engine.requests[1]?.messages.map(({ role }) => role)
  assert.deepEqual(told, ['user', 'assistant', 'tool', 'user'])
})

test('emptying a conversation cancels the turn that runs in it', async () => {
  const { post, turns, store, log } = liveProcess([[[part({ text: 'It is' })], 'silence']])
  const { begun, ended, events } = post('Hello?')
  ;(await begun).accept()
  await settle()
  await turns.reset(conversation, [{ role: 'system', content: 'Be brief.' }])
  await ended
  assert.equal(lastEnd(events)?.status, 'cancelled')
  assert.deepEqual(log(), ['Be brief.'])
  assert.equal(store.conversation('talk')?.pinned, 1)
})

test('a database that stays away interrupts the turn, and its client is told', async () => {
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

test('a fault of ours fails the turn, is logged, and is no secret of the client', async () => {
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

test('a fault that cannot be stored is told to the client all the same', async () => {
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

test('a request that fails before its client was told anything can be refused', async () => {
  const { post, store } = liveProcess([[engineError('engine-busy', 'queue full')]])
  const { ended, events } = post('Hello?')
  await ended
  assert.equal(lastEnd(events)?.refused, true)
  assert.equal(store.turn('t1'), undefined)
})

test('a begin whose answer was lost is refused, and taken back in case it was stored', async () => {
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

test('a turn that is at its last words is not taken for the next one of its conversation', {
  timeout: 10_000,
}, async () => {
  const { post, store, turns } = liveProcess([says('Hi.'), [[part({ text: 'It is' })], 'silence']])
  const lastWords = Promise.withResolvers<void>()
  const endStep = store.endStep
  store.endStep = async (outcome) => {
    const stored = await endStep(outcome)
    await lastWords.promise
    return stored
  }
  const first = post('1')
  await first.begun
  // Its answer is stored, so another process would let the next one begin.
  while (store.turn('t1')?.status !== 'completed') await settle()
  const second = await turns.begin({ conversation, request, messages: [user('2')] }, here, () => undefined)
  second.accept()
  lastWords.resolve()
  await first.ended
  await turns.reset(conversation, [])
  await second.finished
  assert.deepEqual(turns.ids(), [])
})
