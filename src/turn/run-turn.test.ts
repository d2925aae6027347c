import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { call, calls, createScriptedEngine, part, says } from '../../test/support/turns/scripted-engine.ts'
import { begin, engineError, kinds, resident, run } from '../../test/support/turns/scripted-turn.ts'
import { createToolbox } from '../tools/toolbox.ts'

const weather = resident('weather', ({ city }) => `sunny in ${city}`)

test('a plain reply is one step, stored by one write', async () => {
  const { events, last, store } = await run({ engine: createScriptedEngine([says('Hi!')]) })
  assert.deepEqual(kinds(events), ['step-start', 'text-delta', 'step-end', 'turn-end'])
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  assert.deepEqual(store.done, ['begin', 'endStep'])
  const log = store.conversation('talk')?.messages
  assert.deepEqual(
    log?.map(({ role, content, complete }) => [role, content, complete]),
    [
      ['user', 'Hello?', true],
      ['assistant', 'Hi!', true],
    ],
  )
})

test('the thinking of a reply is stored beside its text', async () => {
  const scene = [part({ thinking: 'Hm' }), part({ thinking: 'm', text: 'Yes' })]
  const { store } = await run({ engine: createScriptedEngine([[scene, [part({ done: true })]]]) })
  const reply = store.conversation('talk')?.messages.at(-1)
  assert.deepEqual([reply?.thinking, reply?.content], ['Hmm', 'Yes'])
})

test("the engine's token counts are stored with the reply", async () => {
  const done = part({ done: true, promptTokens: 9, outputTokens: 4 })
  const { store, events } = await run({ engine: createScriptedEngine([[[part({ text: 'x' })], [done]]]) })
  const usage = { promptTokens: 9, outputTokens: 4 }
  assert.deepEqual(store.conversation('talk')?.messages.at(-1)?.usage, usage)
  assert.ok(events.some((event) => event.type === 'step-end' && event.usage.promptTokens === 9))
})

test('a resident call is run, and the model reads its result and answers', async () => {
  const engine = createScriptedEngine([calls(call('weather', { city: 'Bonn' }, 'c1')), says('Sunny.')])
  const { events, last, store } = await run({ engine, toolbox: createToolbox([weather]) })
  assert.deepEqual(kinds(events), [
    ...['step-start', 'call-start', 'step-end', 'call-end'],
    ...['step-start', 'text-delta', 'step-end', 'turn-end'],
  ])
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  assert.deepEqual(store.done, ['begin', 'endStep', 'endCalls', 'endStep'])
  assert.deepEqual(engine.requests[1]?.messages.slice(1), [
    {
      role: 'assistant',
      content: '',
      tool_calls: [{ id: 'c1', function: { index: 0, name: 'weather', arguments: { city: 'Bonn' } } }],
    },
    { role: 'tool', content: 'sunny in Bonn', tool_name: 'weather', tool_call_id: 'c1' },
  ])
})

test('a device call is offered to the device: the turn waits', async () => {
  const engine = createScriptedEngine([calls(call('locate', {}, 'c1'))])
  const { events, last, store } = await run({ engine })
  assert.deepEqual(kinds(events), ['step-start', 'call-start', 'step-end', 'turn-waiting'])
  assert.deepEqual(last, { type: 'turn-waiting', calls: ['c1'] })
  assert.deepEqual(store.done, ['begin', 'endStep'])
})

test('the results of the device let the turn go on', async () => {
  const engine = createScriptedEngine([calls(call('locate')), says('You are in Bonn.')])
  const { store } = await run({ engine })
  const results = [{ seq: 2, index: 0, status: 'answered' as const, output: 'Bonn' }]
  const stored = await store.storeResults({ turn: 't1', id: 'a1', results })
  assert.ok(stored.result === 'go-on')
  const { last, events } = await run({ engine, store, state: stored.state })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  assert.deepEqual(events[0], { type: 'step-start', step: 2 })
  assert.equal(engine.requests[1]?.messages.at(-1)?.content, 'Bonn')
})

test('resident and device calls of one reply are both run', async () => {
  const script = calls(
    call('weather', { city: 'Bonn' }, 'r'),
    call('locate', {}, 'd'),
    call('weather', { city: 'Ulm' }),
  )
  const { events, last, store } = await run({
    engine: createScriptedEngine([script]),
    toolbox: createToolbox([weather]),
  })
  assert.deepEqual(last, { type: 'turn-waiting', calls: ['d'] })
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'call-start' ? [[event.callId, event.offered]] : [])),
    [
      ['r', false],
      ['d', true],
      ['own_1', false],
    ],
  )
  const held = store.conversation('talk')?.messages.at(-1)?.calls
  assert.deepEqual(
    held?.map(({ status }) => status),
    ['succeeded', 'offered', 'succeeded'],
  )
})

test('several calls run side by side, and their results are in call order whichever ends first', async () => {
  const slow = Promise.withResolvers<string>()
  const toolbox = createToolbox([
    resident('slow', () => slow.promise),
    // Ends the slow one only when it runs itself: one after the other would never end.
    resident('fast', () => {
      slow.resolve('slow result')
      return 'fast result'
    }),
  ])
  const engine = createScriptedEngine([calls(call('slow'), call('fast')), says('Done.')])
  const { last } = await run({ engine, toolbox })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  const results = engine.requests[1]?.messages.filter(({ role }) => role === 'tool')
  assert.deepEqual(
    results?.map(({ content }) => content),
    ['slow result', 'fast result'],
  )
})

test('the model reads that a tool does not exist, and recovers', async () => {
  const engine = createScriptedEngine([calls(call('wheather')), says('Sorry.')])
  const { events, last } = await run({ engine, toolbox: createToolbox([weather]) })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  const message = 'There is no tool named "wheather". The tools are: weather, locate.'
  assert.equal(engine.requests[1]?.messages.at(-1)?.content, message)
  assert.ok(events.some((event) => event.type === 'call-end' && event.status === 'failed'))
})

test('the model reads that a tool has failed', async () => {
  const broken = resident('broken', () => Promise.reject(new Error('no network')))
  const engine = createScriptedEngine([calls(call('broken')), says('Sorry.')])
  const { last } = await run({ engine, toolbox: createToolbox([broken]) })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  assert.match(engine.requests[1]?.messages.at(-1)?.content ?? '', /no network/)
})

test('the model reads that a tool has timed out', async () => {
  const hanging = { ...resident('hanging', () => new Promise(() => undefined)), timeoutMs: 1 }
  const engine = createScriptedEngine([calls(call('hanging')), says('Sorry.')])
  const { events, last } = await run({ engine, toolbox: createToolbox([hanging]) })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  assert.ok(events.some((event) => event.type === 'call-end' && event.status === 'timed-out'))
})

test('a write that fails is thrown to the caller, and nothing of it is published', async () => {
  const away = engineError('database-unavailable')
  const script = calls(call('weather'))
  for (const operation of ['endStep', 'endCalls', 'endTurn', 'withdraw']) {
    const store = createMemoryStore()
    const state = await begin(store)
    store.before = (now) => {
      if (now === operation) throw away
    }
    const published: string[] = []
    const engine = createScriptedEngine([operation === 'withdraw' ? [away] : script, [away]])
    const ran = run({
      ...{
        engine,
        store,
        state,
        toolbox: createToolbox([weather]),
        accepted: () => operation !== 'withdraw',
      },
      onEvent: ({ type }) => published.push(type),
    })
    await assert.rejects(ran, away)
    assert.ok(!published.includes('turn-end'), operation)
    if (operation === 'endStep')
      assert.ok(!published.includes('step-end') && !published.includes('call-start'))
    if (operation === 'endCalls') assert.ok(!published.includes('call-end'))
  }
})

test('a bug is thrown to the caller', async () => {
  const engine = createScriptedEngine([[new TypeError('a bug')]])
  await assert.rejects(run({ engine }), /a bug/)
})
