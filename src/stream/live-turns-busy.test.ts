import assert from 'node:assert/strict'
import { test } from 'node:test'
import { here, lastEnd, liveOf, liveProcess, prompt, settle } from '../../test/support/turns/live-process.ts'
import { part, says } from '../../test/support/turns/scripted-engine.ts'

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

test('a client that disconnects while it waits leaves no trace', async () => {
  const { post, hold, release, log } = liveProcess([says('Hi.')])
  hold()
  const disconnected = new AbortController()
  const first = post('1')
  await first.begun
  const withdrawn = post('2', 'talk', disconnected.signal)
  const behind = post('3')
  await settle()
  disconnected.abort(new Error('gone'))
  await assert.rejects(withdrawn.begun, /gone/)
  release()
  await Promise.all([first.ended, behind.ended])
  assert.deepEqual(log(), ['1', 'Hi.', '3', 'Hi.'])
  assert.deepEqual(withdrawn.events, [])
})

test('a client that waits too long is refused, because the conversation is busy', async () => {
  const { post, hold, release, log } = liveProcess([says('Hi.')], { busyWaitMs: 1 })
  hold()
  const first = post('1')
  await first.begun
  await assert.rejects(post('2').begun, { code: 'conversation-busy' })
  release()
  await first.ended
  assert.deepEqual(log(), ['1', 'Hi.'])
})

test('when the queue of a conversation is full, the next request is refused at once', async () => {
  const { post, hold, release } = liveProcess([says('Hi.')], { busyQueue: 1 })
  hold()
  const first = post('1')
  await first.begun
  const second = post('2')
  await assert.rejects(post('3').begun, { code: 'conversation-busy', message: /1 requests wait/ })
  release()
  await Promise.all([first.ended, second.ended])
})

test('more turns than allowed are refused, until one has ended [bounded-memory]', async () => {
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

test('a request that is sent again is not counted: it gets its turn also where no more are admitted', async () => {
  const { turns, post, hold, release } = liveProcess([says('Hi.')], { maxTurns: 1 })
  const key = { key: 'k', digest: 'd' }
  hold()
  const first = post('Hello?', 'a', undefined, { key })
  const { turn } = await first.begun
  assert.deepEqual(await post('Hello?', 'a', undefined, { key }).begun, { turn, after: 0 })
  const unknown = { turn, results: [], key: { key: 'other', digest: 'd' } }
  await assert.rejects(turns.storeResults(unknown), { code: 'too-many-requests' })
  assert.deepEqual(await turns.storeResults({ ...unknown, key }), { result: 'replay', turn, after: 0 })
  release()
  await first.ended
})

test('a request for a conversation in which another process runs a turn is retried', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { post, store, log } = liveProcess([says('Hi.')])
  const begin = store.begin
  let busy = true
  store.begin = async (beginning) => (busy ? { result: 'busy', active: 't0' } : begin(beginning))
  const { begun, ended } = post('Hello?')
  await settle()
  busy = false
  await settle()
  assert.equal(log(), undefined)
  t.mock.timers.tick(1_000)
  t.mock.timers.reset()
  await begun
  await ended
  assert.deepEqual(log(), ['Hello?', 'Hi.'])
})

test('a prompt that does not wait is refused while another turn runs, and is not in the queue', async () => {
  const { post, hold, release, log } = liveProcess([says('Hi.')])
  hold()
  const first = post('1')
  await first.begun
  const refused = post('2', 'talk', here, { whenBusy: 'refuse' })
  await assert.rejects(refused.begun, { code: 'conversation-busy' })
  release()
  await first.ended
  await post('3', 'talk', here, { whenBusy: 'refuse' }).ended
  assert.deepEqual(log(), ['1', 'Hi.', '3', 'Hi.'])
})

test('a prompt that replaces has the turn that runs cancelled, and begins before those that wait', async () => {
  const { post, store, engine } = liveProcess([[[part({ text: 'It is' })], 'silence'], says('Hi.')])
  const first = post('1')
  ;(await liveOf(first.begun)).accept()
  await settle()
  const waiting = post('2')
  await settle()
  const replacing = post('3', 'talk', here, { whenBusy: 'replace' })
  await Promise.all([first, waiting, replacing].map(({ ended }) => ended))
  assert.equal(lastEnd(first.events)?.status, 'cancelled')
  const prompts = engine.requests.map(({ messages }) => messages.at(-1)?.content)
  assert.deepEqual(prompts, ['1', '3', '2'])
  assert.equal(engine.open, 0)
  assert.equal(store.turn('t3')?.status, 'completed')
})

test('of prompts that replace each other without end, none waits for ever', async () => {
  const { turns, store } = liveProcess([says('Hi.')])
  let begins = 0
  store.begin = async () => ({ result: 'busy', active: `other${++begins}` })
  store.cancel = async () => 'ended'
  const replacing = turns.begin({ ...prompt('1'), whenBusy: 'replace' }, here)
  await assert.rejects(replacing, { code: 'conversation-busy' })
  assert.ok(begins > 1 && begins < 100, `${begins}`)
})

test('a request that is sent again with its key gets the turn that it began', async () => {
  const { post, turns, engine } = liveProcess([says('Hi.')])
  const key = { key: 'k', digest: 'd' }
  await post('Hello?', 'talk', here, { key }).ended
  assert.deepEqual(await turns.begin({ ...prompt('Hello?'), key }, here), {
    ...{ result: 'replay', turn: 't1', after: 0 },
  })
  assert.equal(engine.requests.length, 1)
  const other = turns.begin({ ...prompt('Hello?'), key: { key: 'k', digest: 'other' } }, here)
  await assert.rejects(other, { code: 'key-reused' })
})

test('requests of one key that come while their conversation is busy are one turn, and have one position in the queue', async () => {
  const { post, turns, hold, release, engine } = liveProcess([says('Hi.')], { busyQueue: 1 })
  hold()
  const first = post('1')
  await first.begun
  const key = { key: 'k', digest: 'd' }
  const same = [1, 2, 3].map(() => turns.begin({ ...prompt('2'), key }, here))
  await settle()
  release()
  const entered = await Promise.all(same)
  assert.deepEqual(new Set(entered.map(({ turn }) => turn)).size, 1)
  assert.equal(entered.filter(({ live }) => live).length, 1)
  await entered.find(({ live }) => live)?.live?.finished
  assert.equal(engine.requests.length, 2)
})

test('a request that joins a waiting one gets its turn when that one begins, whatever waits between them', async () => {
  const scripts = [says('Hi.'), [[part({ text: 'It is' })], 'silence' as const], says('Bye.')]
  const { post, turns, hold, release } = liveProcess(scripts)
  hold()
  const first = post('1')
  await first.begun
  const key = { key: 'k', digest: 'd' }
  const same = () => turns.begin({ ...prompt('2'), key }, here)
  const asked = same()
  const between = post('3')
  await settle()
  const again = same()
  await settle()
  release()
  const [one, other] = await Promise.all([asked, again])
  assert.equal(one.turn, other.turn)
  assert.deepEqual(turns.ids(), [one.turn])
  await turns.cancel(one.turn)
  await between.ended
})
