import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { call, calls, createScriptedEngine, says } from '../../test/support/turns/scripted-engine.ts'
import { begin, limits, resident, run, user } from '../../test/support/turns/scripted-turn.ts'
import { createToolbox } from '../tools/toolbox.ts'

const weather = resident('weather', ({ city }) => `sunny in ${city}`)

test('an id that the engine gives to two calls of a turn names only the first; in another turn it is free again', async () => {
  const again = calls(call('weather', { city: 'Bonn' }, 'c1'))
  const engine = createScriptedEngine([again, again, says('Sunny.'), again, says('Still sunny.')])
  const toolbox = createToolbox([weather])
  const { store } = await run({ engine, toolbox })
  await run({ engine, toolbox, store, state: await begin(store, [user('And now?')], 't2') })
  const ids = store.conversation('talk')?.messages.flatMap((message) => message.calls.map(({ id }) => id))
  assert.deepEqual(ids, ['c1', 'own_1', 'c1'])
})

test('no tools are offered where the request wants none', async () => {
  const engine = createScriptedEngine([calls(call('weather')), says('No.')])
  const store = createMemoryStore()
  const state = await begin(store)
  const toolbox = createToolbox([weather])
  await run({ engine, store, toolbox, state: { ...state, request: { ...state.request, offerTools: false } } })
  assert.deepEqual(
    engine.requests.map(({ tools }) => tools),
    [[], []],
  )
  assert.match(engine.requests[1]?.messages.at(-1)?.content ?? '', /There are no tools here/)
})

test('only the resident tools that a turn has chosen are offered, and a call of another one fails with the names of those', async () => {
  const toolbox = createToolbox([
    weather,
    resident('get_time', () => 'noon'),
    resident('get_date', () => 'today'),
  ])
  const store = createMemoryStore()
  const state = await begin(store)
  const request = { ...state.request, residentTools: ['get_*'] }
  const engine = createScriptedEngine([calls(call('weather'), call('get_time')), says('Noon.')])
  await run({ engine, store, toolbox, state: { ...state, request } })
  assert.deepEqual(
    engine.requests.map(({ tools }) => tools.map((tool) => tool.function.name)),
    Array(2).fill(['get_date', 'get_time', 'locate']),
  )
  assert.deepEqual(
    engine.requests[1]?.messages.slice(-2).map(({ content }) => content),
    ['There is no tool named "weather". The tools are: get_date, get_time, locate.', 'noon'],
  )
})

test('a turn that has chosen no resident tool is offered the device tools alone', async () => {
  const engine = createScriptedEngine([says('Hi.')])
  const store = createMemoryStore()
  const state = await begin(store)
  const request = { ...state.request, residentTools: [] }
  await run({ engine, store, toolbox: createToolbox([weather]), state: { ...state, request } })
  assert.deepEqual(
    engine.requests[0]?.tools.map((tool) => tool.function.name),
    ['locate'],
  )
})

test('with a format, tools are offered only where the client has some: engines send a formatted reply with tools in one piece', async () => {
  const toolbox = createToolbox([weather])
  const store = createMemoryStore()
  const begun = await begin(store)
  const engine = createScriptedEngine([says('{}'), says('{}')])
  const request = { ...begun.request, settings: { format: 'json' } }
  await run({ engine, toolbox, store, state: { ...begun, request, deviceTools: [] } })
  await run({ engine, toolbox, store, state: { ...(await begin(store, undefined, 't2')), request } })
  assert.deepEqual(
    engine.requests.map(({ tools }) => tools.map((tool) => tool.function.name)),
    [[], ['weather', 'locate']],
  )
})

test('the model, its settings and all tools go to the engine', async () => {
  const engine = createScriptedEngine([says('Hi.')])
  const store = createMemoryStore()
  const state = await begin(store)
  const settings = { think: false, options: { seed: 7 } }
  const request = { ...state.request, model: 'other', stream: false, settings }
  const toolbox = createToolbox([weather])
  await run({
    engine,
    store,
    toolbox,
    state: { ...state, request },
    limits: { ...limits, contextTokens: 4096 },
  })
  const [sent] = engine.requests
  assert.deepEqual([sent?.model, sent?.stream], ['other', false])
  assert.deepEqual(sent?.settings, { think: false, options: { num_ctx: 4096, seed: 7 } })
  assert.deepEqual(
    sent?.tools.map((tool) => tool.function.name),
    ['weather', 'locate'],
  )
})

test('two turns one after the other: the second prompt begins with the bytes of the first', async () => {
  const engine = createScriptedEngine([
    calls(call('weather', { city: 'Bonn' })),
    says('Sunny.'),
    says('Bye.'),
  ])
  const toolbox = createToolbox([weather])
  const { store } = await run({ engine, toolbox })
  await run({ engine, toolbox, store, state: await begin(store, [user('And now?')], 't2') })
  const [one, two, three] = engine.requests.map(({ messages }) => JSON.stringify(messages).slice(0, -1))
  assert.ok(one && two?.startsWith(one) && three?.startsWith(two))
})
