import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore, type MemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { createScriptedEngine, part, type Scene, says } from '../../test/support/turns/scripted-engine.ts'
import { begin, engineError, kinds, limits, run, user } from '../../test/support/turns/scripted-turn.ts'

const tooLong: Scene[] = [engineError('context-overflow', 'the prompt is too long')]

/** A store whose conversation has `count` turns of about `tokens` tokens each, and a new one, begun. */
async function longTalk(count: number, tokens: number) {
  const store = createMemoryStore()
  for (let number = 1; number <= count; number++) {
    const state = await begin(store, [user('x'.repeat(3 * tokens))], `old${number}`)
    await run({ engine: createScriptedEngine([says('Yes.')]), store, state })
  }
  return { store, state: await begin(store) }
}

function promptFromOf(store: MemoryStore): number | undefined {
  return store.conversation('talk')?.promptFrom
}

test('a log that outgrows the context of its model is truncated at the start of a turn, with a notice, and stays so', async () => {
  const { store, state } = await longTalk(10, 500)
  const engine = createScriptedEngine([says('Hi.')], { context: 4_096 })
  const { events } = await run({ engine, store, state })
  assert.deepEqual(kinds(events), ['step-start', 'notice', 'text-delta', 'step-end', 'turn-end'])
  const from = promptFromOf(store) ?? 0
  assert.ok(from > 1 && from < 21 && from % 2 === 1, `${from}`)
  assert.equal(engine.requests[0]?.messages[0]?.role, 'system')

  const again = createScriptedEngine([says('Hi.')], { context: 4_096 })
  const next = await run({ engine: again, store, state: await begin(store, undefined, 't2') })
  assert.ok(!kinds(next.events).includes('notice'))
  assert.equal(promptFromOf(store), from)
})

test('the context that a request or the settings name decides', async () => {
  const { store, state } = await longTalk(10, 500)
  const roomy = createScriptedEngine([says('Hi.')], { context: 4_096 })
  const settings = { options: { num_ctx: 100_000 } }
  await run({ engine: roomy, store, state: { ...state, request: { ...state.request, settings } } })
  assert.equal(promptFromOf(store), 1)

  const narrow = createScriptedEngine([says('Hi.')], { context: 100_000 })
  const second = await begin(store, undefined, 't2')
  await run({ engine: narrow, store, state: second, limits: { ...limits, contextTokens: 4_096 } })
  assert.ok((promptFromOf(store) ?? 0) > 1)
})

test('a context that is set counts for short prompts too', async () => {
  const written = { options: { num_ctx: JSON.rawJSON('5.12e2') } }
  for (const narrow of [
    { settings: { options: { num_ctx: 512 } } },
    { settings: written },
    { contextTokens: 512 },
  ]) {
    const { store, state } = await longTalk(10, 100)
    const request = { ...state.request, settings: narrow.settings ?? {} }
    const engine = createScriptedEngine([says('Hi.')], { context: 100_000 })
    await run({ engine, store, state: { ...state, request }, limits: { ...limits, ...narrow } })
    assert.ok((promptFromOf(store) ?? 0) > 1)
  }
})

test('a short prompt goes out without asking for the context', async () => {
  const engine = createScriptedEngine([says('Hi.')])
  engine.model = () => Promise.reject(new Error('nobody should ask'))
  const { last } = await run({ engine })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
})

test('an engine that says the prompt is too long gets a shorter one, and the client a notice', async () => {
  const { store, state } = await longTalk(4, 10)
  const engine = createScriptedEngine([tooLong, says('Hi.')], { context: 100_000 })
  const { events, last } = await run({ engine, store, state })
  assert.deepEqual(kinds(events), ['step-start', 'notice', 'text-delta', 'step-end', 'turn-end'])
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  const [first, retry] = engine.requests
  assert.ok(first && retry && retry.messages.length < first.messages.length)
  assert.ok((promptFromOf(store) ?? 0) > 1)
})

test('a prompt is shortened until the engine takes it, with one notice', async () => {
  const { store, state } = await longTalk(16, 10)
  const engine = createScriptedEngine([tooLong, tooLong, tooLong, says('Hi.')])
  const { events, last } = await run({ engine, store, state })
  assert.ok(last.type === 'turn-end' && last.status === 'completed')
  assert.equal(kinds(events).filter((kind) => kind === 'notice').length, 1)
  const lengths = engine.requests.map(({ messages }) => messages.length)
  assert.deepEqual(
    lengths,
    lengths.toSorted((one, other) => other - one),
  )
})

test('a prompt that is too long with its newest message alone is an error for the client', async () => {
  const { store, state } = await longTalk(4, 10)
  const engine = createScriptedEngine([tooLong])
  const { last } = await run({ engine, store, state })
  assert.ok(last.type === 'turn-end' && last.status === 'failed')
  assert.deepEqual(last.error, { code: 'context-overflow', detail: 'the prompt is too long' })
  assert.equal(promptFromOf(store), 1)
})

test('what another program has loaded the model with costs a conversation nothing', async () => {
  const { store, state } = await longTalk(10, 500)
  const engine = createScriptedEngine([says('Hi.')], { context: 100_000 })
  assert.equal(await engine.loadedContext('m'), 300)
  const { events } = await run({ engine, store, state })
  assert.ok(!kinds(events).includes('notice'))
  assert.equal(promptFromOf(store), 1)
})

test('in a window of hardly more than one turn, the turn before stays while it fits, and the notice comes once', async () => {
  const { store, state } = await longTalk(3, 100)
  const narrow = { ...limits, contextTokens: 400 }
  const notices: number[] = []
  let begun = state
  for (let number = 1; number <= 4; number++) {
    const engine = createScriptedEngine([says('x'.repeat(240))])
    const { events } = await run({ engine, store, state: begun, limits: narrow })
    notices.push(kinds(events).filter((kind) => kind === 'notice').length)
    if (number > 1) assert.ok((engine.requests[0]?.messages ?? []).some(({ role }) => role === 'assistant'))
    begun = await begin(store, [user('y'.repeat(120))], `more${number}`)
  }
  assert.deepEqual(notices, [1, 0, 0, 0])
})

test('where nothing can be left out, too long is an error at once, and the request can be refused', async () => {
  const engine = createScriptedEngine([tooLong, says('Hi.')])
  const { last, store, events } = await run({ engine, accepted: () => false })
  assert.ok(last.type === 'turn-end' && last.refused && last.error?.code === 'context-overflow')
  assert.ok(!kinds(events).includes('notice'))
  assert.equal(engine.requests.length, 1)
  assert.deepEqual(store.conversation('talk')?.messages, [])
})

test('too long in the middle of a reply is a failure: what was published is stored', async () => {
  const { store, state } = await longTalk(4, 10)
  const engine = createScriptedEngine([[[part({ text: 'It is' })], ...tooLong], says('Hi.')])
  const { last } = await run({ engine, store, state })
  assert.ok(last.type === 'turn-end' && last.error?.code === 'context-overflow')
  assert.equal(engine.requests.length, 1)
})

test('an engine that does not say what its model has fails the turn as one that cannot be reached', async () => {
  const { store, state } = await longTalk(4, 1_000)
  const engine = createScriptedEngine([says('Hi.')])
  engine.model = () => Promise.reject(engineError('engine-unreachable'))
  const { last } = await run({ engine, store, state, accepted: () => false })
  assert.ok(last.type === 'turn-end' && last.refused && last.error?.code === 'engine-unreachable')
})
