import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import {
  call,
  createScriptedEngine,
  part,
  type Scene,
  says,
} from '../../test/support/turns/scripted-engine.ts'
import {
  begin,
  engineError,
  kinds,
  limits,
  publishedText,
  type Run,
  resident,
  run,
} from '../../test/support/turns/scripted-turn.ts'
import { createToolbox } from '../tools/toolbox.ts'
import type { EnginePart } from './ports/engine.ts'

const weather = resident('weather', ({ city }) => `sunny in ${city}`)
const written = '<tool_call>\n{"name": "Weather", "arguments": {"city": "Bonn"}}\n</tool_call>'

/** One part for each of these texts, and the end. */
function pieces(texts: Iterable<string>, reason?: string): Scene[] {
  const end = part({ done: true })
  const done = end.done && reason ? { ...end, done: { ...end.done, reason } } : end
  return [...[...texts].map((text) => [part({ text })]), [done]]
}

/** Runs a turn whose first reply these are. */
async function reply(scenes: Scene[], options: Partial<Run> = {}) {
  const engine = createScriptedEngine([scenes, says('It is sunny.')])
  return { ...(await run({ engine, toolbox: createToolbox([weather]), ...options })), engine }
}

test('a call that is written as text is run, and the client sees the text before it and nothing of the call', async () => {
  const { events, engine, store } = await reply(pieces(`One moment.\n${written}`))
  assert.equal(publishedText(events), 'One moment.\nIt is sunny.')
  const start = events.find((event) => event.type === 'call-start')
  assert.deepEqual([start?.name, start?.arguments], ['weather', { city: 'Bonn' }])
  assert.deepEqual(start?.repairs, [
    { code: 'text', detail: 'the call was written as text' },
    { code: 'name', detail: 'it was called "Weather"' },
  ])
  const end = events.find((event) => event.type === 'step-end')
  assert.equal(end?.finishReason, 'tool-calls')
  assert.equal(store.conversation('talk')?.messages[1]?.content, 'One moment.\n')
  assert.deepEqual(engine.requests[1]?.messages.slice(1), [
    {
      role: 'assistant',
      content: 'One moment.\n',
      tool_calls: [{ id: 'own_1', function: { index: 0, name: 'weather', arguments: { city: 'Bonn' } } }],
    },
    { role: 'tool', content: 'sunny in Bonn', tool_name: 'weather', tool_call_id: 'own_1' },
  ])
})

test('a call in a reply of one piece is run', async () => {
  const { events } = await reply([[part({ text: `Well.\n${written}`, done: true })]])
  assert.equal(publishedText(events), 'Well.\nIt is sunny.')
})

test('text that cannot become a call is published with the read that brought it', async () => {
  const read: string[] = []
  const onBatch: Run['onBatch'] = (events) => read.push(publishedText(events))
  const texts = ['Hi', ' there.\n', '{"a"', ': 1}\n', 'We', ' [1]']
  await reply(pieces(texts), { onBatch })
  assert.deepEqual(
    read.filter((text) => text !== ''),
    texts,
  )
})

test('text that did not become a call is published with the parts that it came from, none changed', async () => {
  const scenes = pieces(['a\n<tool_', 'call>', '\n{"name": "wea', 'ther", "arguments": 5', '}\n', 'b'])
  const passed: EnginePart[] = []
  const { events } = await reply(scenes, { onBatch: (_, parts) => passed.push(...parts) })
  assert.equal(publishedText(events), 'a\n<tool_call>\n{"name": "weather", "arguments": 5}\nb')
  assert.deepEqual(passed, scenes.flat())
})

test('with rescue off, text stays text', async () => {
  const { events } = await reply(pieces([written]), { limits: { ...limits, rescue: false } })
  assert.equal(publishedText(events), written)
})

test('text beside a call that the engine delivered stays text', async () => {
  const parts = [
    part({ text: written }),
    part({ calls: [call('weather', { city: 'Ulm' })] }),
    part({ done: true }),
  ]
  const { events } = await reply([parts])
  assert.equal(publishedText(events), `${written}It is sunny.`)
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'call-start' ? [event.arguments] : [])),
    [{ city: 'Ulm' }],
  )
})

test('where no tools are offered or a format is asked for, text stays text', async () => {
  const store = createMemoryStore()
  const state = await begin(store)
  for (const request of [
    { ...state.request, offerTools: false },
    { ...state.request, settings: { format: 'json' } },
  ]) {
    const own = createMemoryStore()
    const begun = { ...(await begin(own)), request }
    const { events } = await reply(pieces([written]), { store: own, state: begun })
    assert.equal(publishedText(events), written)
  }
})

test('a call in a reply that was cut at its limit is not run, and the model is told', async () => {
  const { events, engine } = await reply(pieces([written], 'length'))
  assert.ok(!kinds(events).includes('text-delta') || publishedText(events) === 'It is sunny.')
  assert.match(engine.requests[1]?.messages.at(-1)?.content ?? '', /^Not run: the answer was cut off/)
})

test('a half call in a reply that was cut at its limit is text', async () => {
  const half = '{"name": "weather", "arguments": {"city": "Bonn"}'
  const { events } = await reply(pieces([half], 'length'))
  assert.equal(publishedText(events), half)
})

test('text that is held back when the engine fails is published and stored', async () => {
  const scenes = [...pieces([written.slice(0, 30)]).slice(0, 1), engineError('engine-cut')]
  const { events, last, store } = await reply(scenes)
  assert.equal(last.type === 'turn-end' && last.status, 'failed')
  assert.equal(publishedText(events), written.slice(0, 30))
  assert.equal(store.conversation('talk')?.messages.at(-1)?.content, written.slice(0, 30))
})

test('more than 4,096 characters are not held back', async () => {
  const long = `<tool_call>{"name": "weather", "arguments": {"city": "${'x'.repeat(5_000)}`
  const seen: number[] = []
  const onBatch: Run['onBatch'] = (events) => seen.push(publishedText(events).length)
  await reply(pieces([long.slice(0, 4_000), long.slice(4_000), '"}}</tool_call>']), { onBatch })
  assert.ok(seen.includes(long.length))
})

test('more calls than a reply may have end the turn, also where they are text', async () => {
  const many = JSON.stringify(Array.from({ length: 9 }, () => ({ name: 'weather', arguments: {} })))
  const { last } = await reply(pieces([many]))
  assert.equal(last.type === 'turn-end' && last.error?.code, 'call-limit')
})
