import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, calls, createScriptedEngine, part, says } from '../../test/support/turns/scripted-engine.ts'
import { limits, publishedText, resident, run } from '../../test/support/turns/scripted-turn.ts'
import { createToolbox } from '../tools/toolbox.ts'

const strict = resident('weather', () => 'sunny')
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
strict.schema.function.parameters = city

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

test('a model that makes the same wrong call three times in a row is stopped, with words', async () => {
  const engine = createScriptedEngine([calls(call('nothing'))])
  const { last } = await run({ engine })
  assert.ok(last.type === 'turn-end')
  assert.equal(last.error?.code, 'call-repeated')
  assert.match(last.error.detail, /called nothing 3 times .* There is no tool named "nothing"/)
  assert.equal(engine.requests.length, 3)
})

test('a model that fails in another way each time, or with a right call between, goes on', async () => {
  const wrong = calls(call('weather', { town: 1 }))
  const script = [wrong, wrong, calls(call('weather', { city: 'Bonn' })), wrong, wrong, says('I see.')]
  const { last } = await run({ engine: createScriptedEngine(script), toolbox: createToolbox([strict]) })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
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

test('a reply that was cut off at the limit of its length says so, and its calls are not run', async () => {
  const cut = (reason: string) => {
    const end = part({ done: true })
    return { ...end, done: { reason, usage: {} } }
  }
  let runs = 0
  const counted = { ...weather, run: () => ++runs }
  const engine = createScriptedEngine([
    [[part({ calls: [call('weather', { city: 'Bo' }), call('locate')] }), cut('length')]],
    [[part({ text: 'It is' }), cut('length')]],
  ])
  const { events, last, store } = await run({ engine, toolbox: createToolbox([counted]) })
  assert.equal(runs, 0)
  assert.ok(!events.some((event) => event.type === 'call-start' && event.offered))
  const [first, second] = events.filter((event) => event.type === 'step-end')
  assert.deepEqual([first?.finishReason, second?.finishReason], ['length', 'length'])
  assert.match(engine.requests[1]?.messages.at(-1)?.content ?? '', /^Not run: the answer was cut off/)
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  assert.equal(store.conversation('talk')?.messages.at(-1)?.finishReason, 'length')
})
