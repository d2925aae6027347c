import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, calls, createScriptedEngine, part } from '../../test/support/turns/scripted-engine.ts'
import { engineError, kinds, publishedText, resident, run } from '../../test/support/turns/scripted-turn.ts'
import { createToolbox } from '../tools/toolbox.ts'

const weather = resident('weather', ({ city }) => `sunny in ${city}`)

test('an engine that fails before the client is accepted: the request is refused, and leaves no trace', async () => {
  const engine = createScriptedEngine([[engineError('engine-busy', 'queue full')]])
  const { last, store } = await run({ engine, accepted: () => false })
  const error = { code: 'engine-busy' as const, detail: 'queue full' }
  assert.deepEqual(last, { type: 'turn-end', status: 'failed', error, refused: true })
  assert.deepEqual(store.done, ['begin', 'withdraw'])
  assert.deepEqual(store.conversation('talk')?.messages, [])
})

test('an engine that fails after the client is accepted: the failure is stored', async () => {
  const engine = createScriptedEngine([[engineError('engine-busy')]])
  const { last, store } = await run({ engine, accepted: () => true })
  assert.ok(last.type === 'turn-end' && last.status === 'failed' && !last.refused)
  assert.deepEqual(
    store.conversation('talk')?.messages.map(({ role }) => role),
    ['user'],
  )
})

test('an engine that fails on the results of a device: the POST is refused, and the calls are open again', async () => {
  const engine = createScriptedEngine([
    calls(call('locate'), call('locate')),
    [engineError('engine-unreachable')],
  ])
  const { store } = await run({ engine })
  const first = { seq: 2, index: 0, status: 'answered' as const, output: 'Bonn' }
  assert.deepEqual(await store.storeResults({ turn: 't1', id: 'a1', results: [first] }), {
    result: 'recorded',
  })
  const stored = await store.storeResults({ turn: 't1', id: 'a2', results: [{ ...first, index: 1 }] })
  assert.ok(stored.result === 'go-on')
  const { last } = await run({ engine, store, state: stored.state, accepted: () => false })
  assert.ok(last.type === 'turn-end' && last.refused)
  const held = store.conversation('talk')?.messages.at(-1)?.calls
  assert.deepEqual(
    held?.map(({ status }) => status),
    ['answered', 'offered'],
  )
})

test('an engine that fails at a later step ends the turn, also where the client got nothing yet', async () => {
  const engine = createScriptedEngine([calls(call('weather')), [engineError('engine-failed')]])
  const { last, store } = await run({ engine, toolbox: createToolbox([weather]), accepted: () => false })
  assert.ok(last.type === 'turn-end' && last.status === 'failed' && !last.refused)
  assert.equal(store.conversation('talk')?.messages.length, 2)
})

test('a reply that breaks off is stored as far as it came, marked as incomplete', async () => {
  const scene = [
    [part({ thinking: 'Hm' }), part({ text: 'It is ' })],
    [part({ text: 'sun' })],
    engineError('engine-cut'),
  ]
  const { events, last, store } = await run({ engine: createScriptedEngine([scene]), accepted: () => false })
  assert.ok(last.type === 'turn-end' && last.status === 'failed' && last.error?.code === 'engine-cut')
  const reply = store.conversation('talk')?.messages.at(-1)
  assert.deepEqual([reply?.content, reply?.thinking, reply?.complete], ['It is sun', 'Hm', false])
  assert.equal(publishedText(events), 'It is sun')
})

test('calls of a reply that breaks off are not run', async () => {
  let runs = 0
  const counted = resident('counted', () => ++runs)
  const scene = [[part({ text: 'Look: ', calls: [call('counted')] })], engineError('engine-cut')]
  const { store, events } = await run({
    engine: createScriptedEngine([scene]),
    toolbox: createToolbox([counted]),
  })
  assert.equal(runs, 0)
  assert.deepEqual(store.conversation('talk')?.messages.at(-1)?.calls, [])
  assert.ok(!kinds(events).includes('call-start'))
})

test('an engine that stops without its last part has failed', async () => {
  const engine = createScriptedEngine([[[part({ text: 'It is ' })]]])
  const { last, store } = await run({ engine })
  assert.ok(last.type === 'turn-end' && last.error?.code === 'engine-cut')
  assert.equal(engine.requests.length, 1)
  assert.equal(store.conversation('talk')?.messages.at(-1)?.content, 'It is ')
})
