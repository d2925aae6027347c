import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import {
  call,
  calls,
  createScriptedEngine,
  part,
  type Scene,
  says,
} from '../../test/support/turns/scripted-engine.ts'
import {
  begin,
  limits,
  publishedText,
  type Run,
  request,
  resident,
  run,
} from '../../test/support/turns/scripted-turn.ts'
import { createToolbox } from '../tools/toolbox.ts'
import { ForcedCall } from './forced-call.ts'
import type { TurnState } from './ports/turn-state.ts'

const weather = resident('weather', ({ city }) => `sunny in ${city}`)
const time = resident('time', () => 'noon')
const written = '{"name": "weather", "arguments": {"city": "Bonn"}}'

/** Runs a turn whose first answer these are, and has to be a call. The phone has `locate`. */
async function answer(
  scenes: Scene[],
  toolChoice: 'required' | { name: string } = 'required',
  { change = {}, ...options }: Partial<Run> & { change?: Partial<TurnState> } = {},
) {
  const engine = createScriptedEngine([scenes, says('It is sunny.')])
  const toolbox = createToolbox([time, weather])
  const store = createMemoryStore()
  const begun = await begin(store)
  const state = { ...begun, request: { ...begun.request, toolChoice }, ...change }
  return { ...(await run({ engine, toolbox, store, state, ...options })), engine }
}

function pieces(texts: Iterable<string>, reason = 'stop'): Scene[] {
  const end = part({ done: true })
  const done = { reason, usage: end.done?.usage ?? {} }
  return [...[...texts].map((text) => [part({ text })]), [{ ...end, done }]]
}

for (const [cut, texts] of [
  ['whole', [written]],
  ['in single characters', written],
] as const) {
  test(`an answer that has to be a call, and comes as text, ${cut}, is run as a call; the client sees none of its text`, async () => {
    const { events, engine, last } = await answer(pieces(texts))
    const start = events.find((event) => event.type === 'call-start')
    assert.equal(start?.name, 'weather')
    assert.deepEqual(start?.arguments, { city: 'Bonn' })
    assert.equal(start?.repairs, undefined)
    assert.equal(publishedText(events), 'It is sunny.')
    assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
    const asked = engine.requests.map(({ mustCall }) => mustCall?.map((tool) => tool.function.name))
    assert.deepEqual(asked, [['time', 'weather', 'locate'], undefined], 'only the first answer is forced')
  })
}

test('the numbers of a call that comes as text keep their digits', () => {
  const text = '{"name": "weather", "arguments": {"id": 12345678901234567890, "price": 3.10}}'
  const parts = new ForcedCall([weather.schema], 1_000).take([part({ text }), part({ done: true })])
  assert.equal(
    JSON.stringify(parts.flatMap((each) => each.calls ?? [])),
    '[{"name":"weather","arguments":{"id":12345678901234567890,"price":3.10}}]',
  )
})

test('with the name of a tool, the engine is asked for a call of that one, and the prompt has all tools', async () => {
  const { engine } = await answer(calls(call('weather', { city: 'Bonn' })), { name: 'weather' })
  const [first] = engine.requests
  assert.deepEqual(
    first?.mustCall?.map((tool) => tool.function.name),
    ['weather'],
  )
  assert.deepEqual(
    first?.tools.map((tool) => tool.function.name),
    ['time', 'weather', 'locate'],
  )
})

test('where the client asks for a format too, the first answer is a call, and the last one has the format', async () => {
  const { engine, events } = await answer(pieces([written]), 'required', {
    change: {
      request: { ...request, toolChoice: 'required', settings: { format: 'json' } },
      deviceTools: [],
    },
  })
  assert.equal(events.filter((event) => event.type === 'call-start').length, 1)
  assert.deepEqual(
    engine.requests.map(({ mustCall, tools, settings }) => [
      mustCall !== undefined,
      tools.length,
      settings.format,
    ]),
    [
      [true, 2, 'json'],
      [false, 0, 'json'],
    ],
  )
})

const refused: [title: string, scenes: Scene[], choice: 'required' | { name: string }, detail: RegExp][] = [
  ['is prose', says('I would rather not.'), 'required', /had to call a tool \(toolChoice\), and did not/],
  ['calls another tool', calls(call('time')), { name: 'weather' }, /and did not/],
  ['is cut off', pieces([written.slice(0, 20)], 'length'), 'required', /was cut off at the limit/],
]
for (const [title, scenes, choice, detail] of refused) {
  test(`an answer that has to be a call and ${title} ends the turn with words, and nothing is run`, async () => {
    const { events, last } = await answer(scenes, choice)
    assert.ok(last.type === 'turn-end' && last.status === 'failed')
    assert.equal(last.error?.code, 'engine-failed')
    assert.match(last.error.detail, detail)
    assert.equal(publishedText(events), '')
    assert.ok(!events.some((event) => event.type === 'call-start'))
  })
}

test('a call that is written without end is stopped at the limit of answers', async () => {
  // 40 characters, of 3 bytes each.
  const scenes = pieces(Array(4).fill('“'.repeat(10)))
  const { last } = await answer(scenes, 'required', { limits: { ...limits, maxAnswerBytes: 100 } })
  assert.ok(last.type === 'turn-end')
  assert.equal(last.error?.code, 'answer-limit')
})

test('a tool that is not offered cannot be chosen: the request is refused, with the nearest name, before the engine is asked', async () => {
  const { engine, last } = await answer(says('x'), { name: 'wether' })
  assert.ok(last.type === 'turn-end')
  assert.equal(last.error?.code, 'invalid-request')
  assert.match(
    last.error.detail,
    /toolChoice: the model cannot call the tool "wether".*did you mean.*weather/,
  )
  assert.equal(engine.requests.length, 0)
  const none = await answer(says('x'), 'required', {
    toolbox: createToolbox([]),
    change: { deviceTools: [] },
  })
  assert.ok(none.last.type === 'turn-end')
  assert.match(none.last.error?.detail ?? '', /cannot call a tool: it is offered none/)
})
