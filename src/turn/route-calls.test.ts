import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { locate, resident } from '../../test/support/turns/scripted-turn.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { createToolbox } from '../tools/toolbox.ts'
import type { EngineCall } from './ports/engine.ts'
import { offeredTools, routeCalls } from './route-calls.ts'

const toolbox = createToolbox([resident('weather', () => 'sunny')])
const offered = offeredTools(toolbox, [locate])

function route(asked: Partial<EngineCall>[], usedIds: string[] = []) {
  let made = 0
  const newCallId = () => `own_${++made}`
  const calls = asked.map((one) => ({ name: 'weather', arguments: {}, ...one }))
  return routeCalls(calls, {
    toolbox,
    offered,
    deviceTools: [locate],
    approvedTools: [],
    usedIds: new Set(usedIds),
    newCallId,
  })
}

test('calls of resident tools run here, calls of device tools are offered to the device', () => {
  const calls = route([{ name: 'weather' }, { name: 'locate' }])
  assert.deepEqual(
    calls.map(({ index, name, side, status }) => [index, name, side, status]),
    [
      [0, 'weather', 'resident', 'running'],
      [1, 'locate', 'device', 'offered'],
    ],
  )
})

test('a call goes to the side that its tool was offered for, also where the toolbox has changed since', () => {
  const [now, before] = [
    createToolbox([]),
    createToolbox([resident('weather', () => 'sunny'), resident('locate', () => 'here')]),
  ]
  const asked = ['weather', 'locate'].map((name) => ({ name, arguments: {} }))
  for (const changed of [now, before]) {
    const routing = {
      toolbox: changed,
      offered,
      deviceTools: [locate],
      approvedTools: [],
      usedIds: new Set<string>(),
      newCallId: () => 'own',
    }
    assert.deepEqual(
      routeCalls(asked, routing).map(({ side }) => side),
      ['resident', 'device'],
    )
  }
})

test('a call of an unknown tool fails, with the names that there are', () => {
  const [call] = route([{ name: 'wether', arguments: { city: 'Bonn' } }])
  assert.equal(call?.status, 'failed')
  assert.equal(call.output, 'There is no tool named "wether". The tools are: weather, locate.')
  assert.deepEqual(call.arguments, { city: 'Bonn' })
})

test('a tool that was not offered cannot be called', () => {
  const calls = [{ name: 'weather', arguments: {} }]
  const [call] = routeCalls(calls, {
    toolbox,
    offered: [],
    deviceTools: [],
    approvedTools: [],
    usedIds: new Set<string>(),
    newCallId: () => 'own',
  })
  assert.equal(call?.status, 'failed')
  assert.match(call.output ?? '', /There are no tools here/)
})

test('arguments are coerced toward the schema of their tool, on both sides', () => {
  const calls = route([
    { name: 'weather', arguments: { city: 48109 } },
    { name: 'locate', arguments: { precise: true } },
    { name: 'weather', arguments: '{"city":"Bonn"}' },
  ])
  assert.deepEqual(
    calls.map((call) => call.arguments),
    [{ city: '48109' }, { precise: 'true' }, { city: 'Bonn' }],
  )
})

test('what was mended of a call is told with it, in the order in which it was mended', () => {
  const parameters = {
    type: 'object',
    properties: {
      names: { type: 'array', items: { type: 'string' } },
      unit: { enum: ['C', 'F'] },
      days: { type: 'integer' },
      note: { type: ['string', 'array'] },
    },
  }
  const tool: ToolSchema = { type: 'function', function: { name: 'look_up', parameters } }
  const written = { arguments: { names: "['a', 'b']", unit: 'c', days: '3', note: "['c']" } }
  const asked = [{ name: 'functions.lookUp', arguments: written }]
  const [call] = routeCalls(asked, {
    toolbox,
    offered: [tool],
    deviceTools: [tool],
    approvedTools: [],
    usedIds: new Set<string>(),
    newCallId: () => 'own',
  })
  assert.equal(call?.name, 'look_up')
  assert.deepEqual(call.arguments, { names: ['a', 'b'], unit: 'C', days: 3, note: "['c']" })
  assert.deepEqual(call.written, written)
  assert.deepEqual(call.repairs, [
    { code: 'name', detail: 'it was called "functions.lookUp"' },
    { code: 'arguments-nested', detail: 'they were inside of "arguments"' },
    { code: 'arguments-text', detail: '"names": single quotes' },
    { code: 'enum', detail: '"unit" was "c", and is "C"' },
    { code: 'type', detail: '"days" was "3", and is 3' },
  ])
})

test('a call that was run as the model wrote it has no repairs', () => {
  const [call] = route([{ name: 'weather', arguments: { city: 'Bonn' } }])
  assert.equal(call?.repairs, undefined)
  assert.equal(call?.written, undefined)
})

test('an argument that is left out because it is empty is a repair', () => {
  const [call] = route([{ name: 'weather', arguments: { city: null } }])
  assert.deepEqual(call?.arguments, {})
  assert.deepEqual(call?.repairs, [{ code: 'empty', detail: '"city" was null, and is left out' }])
})

test('arguments that do not fit fail with a message, and are stored as they came', () => {
  const parameters = { type: 'object', properties: { lat: { type: 'number' } } }
  const near: ToolSchema = { type: 'function', function: { name: 'near', parameters } }
  const asked = ['weather', 'near'].map((name) => ({ name, arguments: { lat: 'north' } }))
  const options = {
    toolbox,
    offered: [...offered, near],
    deviceTools: [near],
    approvedTools: [],
    usedIds: new Set<string>(),
    newCallId: () => 'own',
  }
  const [, call] = routeCalls(asked, options)
  assert.deepEqual([call?.side, call?.status, call?.arguments], ['device', 'failed', { lat: 'north' }])
  assert.match(call?.output ?? '', /lat/)
  const [unread] = route([{ arguments: 'no JSON' }])
  assert.deepEqual([unread?.side, unread?.status, unread?.arguments], ['resident', 'failed', {}])
})

test("the engine's ids are kept; a call without one, or with one that is used already, gets a new one", () => {
  const ids = route([{ id: 'a' }, {}, { id: 'a' }, { id: 'b' }, { id: 'c' }], ['b']).map(({ id }) => id)
  assert.deepEqual(ids, ['a', 'own_1', 'own_2', 'own_3', 'c'])
})

test('ids are never given twice in a turn', () => {
  const ids = fc.option(fc.constantFrom('', 'a', 'b', 'own_1', 'own_2'), { nil: undefined })
  const used = fc.uniqueArray(fc.constantFrom('a', 'b', 'x'))
  fc.assert(
    fc.property(fc.array(ids, { maxLength: 6 }), used, (given, taken) => {
      let made = 0
      const asked = given.map((id) => ({
        name: 'weather',
        arguments: {},
        source: null,
        ...(id !== undefined && { id }),
      }))
      const options = {
        toolbox,
        offered,
        deviceTools: [locate],
        approvedTools: [],
        usedIds: new Set(taken),
        newCallId: () => `fresh_${++made}`,
      }
      const all = [...routeCalls(asked, options).map(({ id }) => id), ...taken]
      assert.equal(new Set(all).size, all.length)
      assert.ok(!all.includes(''))
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('a device tool with the name of a resident one is not offered', () => {
  const same: ToolSchema = { type: 'function', function: { name: 'weather', description: 'of the device' } }
  const tools = offeredTools(toolbox, [same, locate])
  assert.deepEqual(
    tools.map((tool) => [tool.function.name, tool.function.description]),
    [
      ['weather', undefined],
      ['locate', undefined],
    ],
  )
})

test('a tool that is approved for a conversation is asked for again where another source has its name', () => {
  const tool = resident('send', () => 'sent')
  const statusOf = (source: string) => {
    const toolbox = createToolbox([])
    toolbox.setSources([{ name: source, tools: [tool] }], { ask: ['send'] })
    const routing = { toolbox, offered: toolbox.schemas(), deviceTools: [], usedIds: new Set<string>() }
    const approvedTools = ['send file:send.ts']
    const asked = [{ name: 'send', arguments: {} }]
    return routeCalls(asked, { ...routing, approvedTools, newCallId: () => 'own' })[0]?.status
  }
  assert.deepEqual([statusOf('file:send.ts'), statusOf('mcp:evil')], ['running', 'asked'])
})
