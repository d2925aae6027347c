import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Json, JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { PromptMessage } from '../../turn/ports/engine.ts'
import { type DemoCall, decideReply } from './decide-reply.ts'

function tool(name: string, description: string, properties: JsonObject = {}): ToolSchema {
  const parameters = { type: 'object', properties, required: Object.keys(properties) }
  return { type: 'function', function: { name, description, parameters } }
}

const getWeather = tool('get_weather', 'Get current temperature', {
  latitude: { type: 'string', description: 'latitude of location of interest' },
  longitude: { type: 'string', description: 'longitude of location of interest' },
})
const getLocation = tool('get_location', 'Get current location')
const getTime = tool('get_time', 'Get current time')
const tools = [getWeather, getLocation, getTime]

/** Plays a turn to its end. `results` are the results of the tools, by name. */
function play(question: string, offered = tools, results: Record<string, string> = {}) {
  const messages: PromptMessage[] = [
    { role: 'user', content: 'What time is it?' },
    { role: 'assistant', content: decideReply([], []).text },
    { role: 'user', content: question },
  ]
  const calls: DemoCall[] = []
  for (;;) {
    const { text, call } = decideReply(messages, offered)
    if (call === undefined) return { calls, text }
    calls.push(call)
    assert.ok(calls.length < 10, 'the turn does not end')
    const id = `call_${calls.length}`
    const content = results[call.name] ?? 'done'
    messages.push(
      { role: 'assistant', content: text, tool_calls: [{ id, function: { index: 0, ...call } }] },
      { role: 'tool', content, tool_name: call.name, tool_call_id: id },
    )
  }
}

function called(question: string, offered: ToolSchema[]): string[] {
  return play(question, offered).calls.map(({ name }) => name)
}

const coordinates = { latitude: '42.29306', longitude: '-83.71555' }
const weather = 'Weather at lat: 42.29306, lon: -83.71555 is 51.3ºF'
for (const located of [
  'latitude: 42.29306, longitude: -83.71555',
  '{"coords": {"lat": 42.29306, "lon": -83.71555}}',
]) {
  test(`the weather at my location: calls get_location, then get_weather with its result ${located}`, () => {
    for (const offered of [tools, tools.toReversed()]) {
      const results = { get_location: located, get_weather: weather }
      const { calls, text } = play('What is the weather at my location?', offered, results)
      assert.deepEqual(calls, [
        { name: 'get_location', arguments: {} },
        { name: 'get_weather', arguments: coordinates },
      ])
      assert.equal(text, `get_location says: ${located}\nget_weather says: ${weather}`)
    }
  })
}

test('for a value that is not found it asks the user, and calls nothing', () => {
  const { calls, text } = play('What is the weather in Paris?')
  assert.deepEqual(calls, [])
  assert.equal(text, 'To call get_weather, I need these values in your message: latitude: …, longitude: …')
})

test('a failed tool is reported, with the values that are then missing', () => {
  const { calls, text } = play('The weather here?', tools, { get_location: 'Error: the user denied it' })
  assert.deepEqual(calls, [{ name: 'get_location', arguments: {} }])
  assert.match(text, /^Trouble with get_location: Error: the user denied it\nTo call get_weather, I need/)
})

test('where no tool matches, it quotes the message and names the tools', () => {
  const names = 'get_weather, get_location, get_time'
  assert.equal(play('Good day!').text, `You said: "Good day!". The tools that I can call: ${names}.`)
  assert.equal(play('Good day!', []).text, 'You said: "Good day!". No tools are offered to me here.')
})

test('only the first reply of a conversation says that it is no language model, also when it calls a tool', () => {
  for (const content of ['Good day!', 'Where am I?']) {
    const { text } = decideReply([{ role: 'user', content }], tools)
    assert.match(text, /^I am the demo engine: no language model.*Ollama/)
    assert.doesNotMatch(play(content).text, /language model/)
  }
})

test('tools are picked by the words of their names, then of their descriptions', () => {
  const lights = [tool('light_off', 'Turn the light off'), tool('light_on', 'Turn the light on')]
  assert.deepEqual(called('Turn the light on', lights), ['light_on'])
  assert.deepEqual(called('Lights off, please', lights), ['light_off'])
  const games = [tool('toss', 'Throws a coin'), tool('roll', 'Throws a die')]
  assert.deepEqual(called('throw a die', games), ['roll'])
  assert.deepEqual(called('throw something', games), ['toss'])
  assert.deepEqual(called('What time is it, and where am I?', tools).sort(), ['get_location', 'get_time'])
})

test('where it must call, it calls the best of these tools, also with values that are missing', () => {
  const messages = [{ role: 'user' as const, content: 'Good day!' }]
  const { call } = decideReply(messages, tools, { mustCall: [getWeather] })
  assert.deepEqual(call, { name: 'get_weather', arguments: {} })
  const asked = [{ role: 'user' as const, content: 'What time is it?' }]
  assert.equal(decideReply(asked, tools, { mustCall: tools }).call?.name, 'get_time')
})

test('a turn calls each tool once, and at most four tools', () => {
  const many = ['red', 'green', 'blue', 'white', 'black', 'pink'].map((name) => tool(name, ''))
  assert.equal(called('red green blue white black pink', many).length, 4)
})

describe('arguments in the message', () => {
  const number = { type: 'number' }
  const text = { type: 'string' }
  const cases: [message: string, properties: JsonObject, values: Json[]][] = [
    ['latitude 42.3 and longitude -83.7', { latitude: text, longitude: text }, ['42.3', '-83.7']],
    ['lon=-83.7, lat=42.3', { latitude: number, longitude: number }, [42.3, -83.7]],
    ['51.5, -0.12?', { lat: number, lon: number }, [51.5, -0.12]],
    ['sides 20 with 3', { count: { type: 'integer' }, sides: { type: 'integer' } }, [3, 20]],
    ['{"count": 3, "query": "two words"}', { count: text, query: text }, ['3', 'two words']],
    ['say “good day” in New York', { words: text, city: text }, ['good day', 'New York']],
    ['what is it in Europe/Berlin?', { zone: text }, ['Europe/Berlin']],
    ['to Bob in Paris', { town: text }, ['Paris']],
    ['zone UTC', { zone: text }, ['UTC']],
    ['loud: true', { loud: { type: 'boolean' } }, [true]],
  ]
  for (const [message, properties, values] of cases) {
    test(`${JSON.stringify(values)} is read from: ${message}`, () => {
      const [call] = play(`test ${message}`, [tool('test', '', properties)]).calls
      assert.deepEqual(
        Object.keys(properties).map((name) => call?.arguments[name]),
        values,
      )
    })
  }

  for (const message of [
    '42.29N 83.71W',
    '42.29 N, 83.71 W',
    '48,85 2,35',
    '2026-11-22 12:30',
    '5',
    'lat: x, lon: y',
  ]) {
    test(`no coordinates are read from: ${message}`, () => {
      assert.deepEqual(called(`weather at ${message}`, [getWeather]), [])
    })
  }
})

for (const piece of ['a', '{', ' ', '7', '"', 'in ', '1,']) {
  test(`of a megabyte of ${JSON.stringify(piece)} in a question or a result, only the beginning is read`, () => {
    const flood = piece.repeat(1_000_000 / piece.length)
    assert.deepEqual(called(`${flood} weather at 1.5, 2.5`, [getWeather]), [])
    const results = { get_location: `${flood} latitude: 1.5, longitude: 2.5` }
    assert.equal(play('The weather here?', tools, results).calls.length, 1)
  })
}
