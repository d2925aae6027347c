import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, calls, createScriptedEngine, part } from '../../test/support/turns/scripted-engine.ts'
import { limits, publishedText, resident, run } from '../../test/support/turns/scripted-turn.ts'
import { createToolbox } from '../tools/toolbox.ts'

const weather = resident('weather', ({ city }) => `sunny in ${city}`)

test('a model that calls tools without end is stopped, with a message', async () => {
  const engine = createScriptedEngine([calls(call('weather', { city: 'Bonn' }))])
  const { last, store } = await run({
    engine,
    toolbox: createToolbox([weather]),
    limits: { ...limits, maxSteps: 3 },
  })
  assert.ok(last.type === 'turn-end' && last.status === 'failed')
  assert.equal(last.error?.code, 'step-limit')
  assert.match(last.error.detail, /after 3 steps/)
  assert.equal(engine.requests.length, 3)
  assert.deepEqual(store.turn('t1')?.error, last.error)
})

test('the calls of the last step are not run, and not offered to the device', async () => {
  const engine = createScriptedEngine([calls(call('weather', { city: 'Bonn' }), call('locate'))])
  let runs = 0
  const counted = { ...weather, run: () => ++runs }
  const { events } = await run({
    engine,
    toolbox: createToolbox([counted]),
    limits: { ...limits, maxSteps: 1 },
  })
  assert.equal(runs, 0)
  assert.ok(!events.some((event) => event.type === 'call-start' && event.offered))
})

test('a model that asks for unknown tools without end is stopped too', async () => {
  const engine = createScriptedEngine([calls(call('nothing'))])
  const { last } = await run({ engine, limits: { ...limits, maxSteps: 3 } })
  assert.ok(last.type === 'turn-end' && last.error?.code === 'step-limit')
  assert.equal(engine.requests.length, 3)
})

test('a reply that grows past its limit ends the turn; what was published of it is stored', async () => {
  const scene = [[part({ text: 'four' })], [part({ text: 'five5' })], [part({ done: true })]]
  const { events, last, store } = await run({
    engine: createScriptedEngine([scene]),
    limits: { ...limits, maxAnswerBytes: 8 },
  })
  assert.ok(last.type === 'turn-end' && last.error?.code === 'answer-limit')
  assert.equal(publishedText(events), 'four')
  assert.equal(store.conversation('talk')?.messages.at(-1)?.content, 'four')
})

test('more calls in one reply than allowed end the turn, and none is run', async () => {
  let runs = 0
  const counted = resident('counted', () => ++runs)
  const called = [call('counted'), call('counted'), call('counted')]
  const { last } = await run({
    engine: createScriptedEngine([calls(...called)]),
    toolbox: createToolbox([counted]),
    limits: { ...limits, maxCalls: 2 },
  })
  assert.ok(last.type === 'turn-end' && last.error?.code === 'call-limit')
  assert.equal(runs, 0)
})
