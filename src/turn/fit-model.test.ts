import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { call, calls, createScriptedEngine, says } from '../../test/support/turns/scripted-engine.ts'
import { begin, resident, run } from '../../test/support/turns/scripted-turn.ts'
import { TextWithImages } from '../tools/text-with-images.ts'
import { createToolbox } from '../tools/toolbox.ts'
import type { Tool } from './ports/toolbox.ts'

const picture = { role: 'user' as const, content: 'What is it?', images: ['aGk='] }
const toolbox = createToolbox([resident('weather', () => 'sunny')])

/** An engine whose model has these capabilities. */
function engineWith(capabilities: string[] | undefined) {
  const engine = createScriptedEngine([calls(call('weather')), says('Hi!')])
  return { ...engine, model: async (name: string) => ({ name, ...(capabilities && { capabilities }) }) }
}

test('a model that cannot call tools is offered none, and a notice says so once', async () => {
  const engine = engineWith(['completion'])
  const { events } = await run({ engine, toolbox })
  assert.deepEqual(
    engine.requests.map(({ tools }) => tools),
    [[], []],
  )
  const notices = events.filter((event) => event.type === 'notice')
  assert.deepEqual(
    notices.map(({ code, detail }) => [code, detail]),
    [['tools-left-out', "The model 'm' cannot call tools, so it is offered none."]],
  )
})

test('images that a model cannot see are left out of its prompts, with a notice, and stay in the conversation', async () => {
  const store = createMemoryStore()
  const state = await begin(store, [picture])
  const engine = engineWith(['completion', 'tools'])
  const { events } = await run({ engine, toolbox, store, state })
  for (const { messages } of engine.requests) assert.ok(messages.every(({ images }) => images === undefined))
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'notice' ? [event.code] : [])),
    ['images-left-out'],
  )
  assert.deepEqual(store.conversation('talk')?.messages[0]?.images, ['aGk='])
})

test('a model that sees gets the images of results, and any other their text alone, without a notice', async () => {
  const look: Tool['run'] = () => new TextWithImages('[image, 1×1]', ['aGk='])
  for (const [sees, capabilities] of [
    [true, ['tools', 'vision']],
    [true, undefined],
    [false, ['tools']],
  ] as const) {
    const engine = engineWith(capabilities && [...capabilities])
    const { events, store } = await run({ engine, toolbox: createToolbox([resident('weather', look)]) })
    const { content, images } = engine.requests[1]?.messages.at(-1) ?? {}
    assert.deepEqual([content, images], ['[image, 1×1]', sees ? ['aGk='] : undefined])
    assert.ok(events.every(({ type }) => type !== 'notice'))
    assert.deepEqual(store.conversation('talk')?.messages[1]?.calls[0]?.images, ['aGk='])
  }
})

test('nothing is left out where the model can take it, or the engine does not say what it can', async () => {
  for (const capabilities of [['completion', 'tools', 'vision'], undefined]) {
    const store = createMemoryStore()
    const state = await begin(store, [picture])
    const engine = engineWith(capabilities)
    const { events } = await run({ engine, toolbox, store, state })
    assert.deepEqual(
      [engine.requests[0]?.tools.length, engine.requests[0]?.messages[0]?.images],
      [2, ['aGk=']],
    )
    assert.ok(!events.some(({ type }) => type === 'notice'))
  }
})
