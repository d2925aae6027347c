import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { PromptMessage } from '../../turn/engine.ts'
import { type DemoReply, decideReply, introduction } from './decide-reply.ts'

function tool(name: string, description: string, properties: JsonObject = {}): ToolSchema {
  const parameters = { type: 'object', properties, required: Object.keys(properties) }
  return { type: 'function', function: { name, description, parameters } }
}

const getWeather = tool('get_weather', 'Get current temperature', {
  latitude: { type: 'string', description: 'latitude of location of interest' },
  longitude: { type: 'string', description: 'longitude of location of interest' },
})
const getLocation = tool('get_location', 'Get current location')
const getTime: ToolSchema = { type: 'function', function: { name: 'get_time' } }
const rollDice = tool('roll_dice', 'Rolls a dice', { sides: { type: 'integer' } })
const tools = [getWeather, getLocation, getTime, rollDice]

/** Plays a turn to its end: every call is answered with the next of `results`. */
function play(
  asked: string,
  results: string[] = [],
  offered = tools,
): { calls: NonNullable<DemoReply['call']>[]; text: string } {
  const messages: PromptMessage[] = [{ role: 'user', content: asked }]
  const calls: NonNullable<DemoReply['call']>[] = []
  for (;;) {
    const { text, call } = decideReply(messages, offered)
    if (call === undefined) return { calls, text: text.replace(`${introduction}\n\n`, '') }
    assert.ok(calls.length < 10, 'the turn does not end')
    const id = `call_${calls.length}`
    calls.push(call)
    messages.push({ role: 'assistant', content: text, tool_calls: [{ id, function: { index: 0, ...call } }] })
    messages.push({
      role: 'tool',
      content: results[calls.length - 1] ?? 'nothing',
      tool_name: call.name,
      tool_call_id: id,
    })
  }
}

const located = 'latitude: 42.29306, longitude: -83.71555'
const weather = 'Weather at lat: 42.29306, lon: -83.71555 is 51.3ºF'

test('the weather at my location: asks for the place, then for the weather there, then tells it', () => {
  const { calls, text } = play('What is the weather at my location?', [located, weather])
  assert.deepEqual(calls, [
    { name: 'get_location', arguments: {} },
    { name: 'get_weather', arguments: { latitude: '42.29306', longitude: '-83.71555' } },
  ])
  assert.equal(text, `get_weather says: ${weather}`)
})

test('a place that is told as JSON, with short names, serves as well', () => {
  const { calls } = play('What is the weather here?', [
    '{"coords": {"lat": 42.29306, "lon": -83.71555}}',
    weather,
  ])
  assert.deepEqual(calls[1]?.arguments, { latitude: '42.29306', longitude: '-83.71555' })
})

test('numbers in the text are taken in order', () => {
  const { calls } = play('weather at 51.5, -0.12')
  assert.deepEqual(calls, [{ name: 'get_weather', arguments: { latitude: '51.5', longitude: '-0.12' } }])
})

test('two places make two calls', () => {
  const { calls, text } = play('Compare the weather at 51.5, -0.12 and 40.4, -3.7', ['cold', 'warm'])
  assert.deepEqual(
    calls.map((call) => call.arguments),
    [
      { latitude: '51.5', longitude: '-0.12' },
      { latitude: '40.4', longitude: '-3.7' },
    ],
  )
  assert.equal(text, 'get_weather says: cold\nget_weather says: warm')
})

test('a tool that a newcomer adds is called, with arguments of its types', () => {
  assert.deepEqual(play('Please roll a dice with 20 sides').calls, [
    { name: 'roll_dice', arguments: { sides: 20 } },
  ])
  assert.deepEqual(play('What time is it?', ['12:00']), {
    calls: [{ name: 'get_time', arguments: {} }],
    text: 'get_time says: 12:00',
  })
})

test('what a tool reports as trouble is read aloud', () => {
  const { calls, text } = play('What is the weather at my location?', ['Error: the user denied it'])
  assert.equal(calls.length, 1)
  assert.match(text, /^The tool get_location reported: Error: the user denied it\n/)
  assert.match(text, /To call get_weather I would need latitude, longitude/)
})

test('a tool that misses arguments is not called: they are named', () => {
  const { calls, text } = play('What is the weather in Paris?')
  assert.deepEqual(calls, [])
  assert.match(text, /To call get_weather I would need latitude, longitude/)
})

test('where no tool fits, it tells which there are, and what it heard', () => {
  assert.equal(
    play('Good morning!').text,
    'You said: "Good morning!". The tools that I can call: get_weather, get_location, get_time, roll_dice.',
  )
  assert.equal(
    play('Good morning!', [], []).text,
    'You said: "Good morning!". No tools are offered to me here.',
  )
})

test('the first answer says that it is no language model, whether or not a tool is called; later ones do not', () => {
  for (const asked of ['Good morning!', 'What is my location?']) {
    const messages: PromptMessage[] = [{ role: 'user', content: asked }]
    const { text } = decideReply(messages, tools)
    assert.match(text, /no language model.*stand-in.*Ollama/)
    const next = decideReply(
      [...messages, { role: 'assistant', content: text }, { role: 'user', content: 'Hi' }],
      tools,
    )
    assert.doesNotMatch(next.text, /no language model/)
  }
})

test('a tool that was called with an optional argument is not called again without it', () => {
  const parameters = { type: 'object', properties: { days: { type: 'integer' } } }
  const forecast: ToolSchema = { type: 'function', function: { name: 'get_forecast', parameters } }
  const { calls } = play('The forecast for the next 3 days', ['rain'], [forecast])
  assert.deepEqual(calls, [{ name: 'get_forecast', arguments: { days: 3 } }])
})

test('only the newest user message counts', () => {
  const { call } = decideReply(
    [
      { role: 'user', content: 'What time is it?' },
      { role: 'assistant', content: 'Late.' },
      { role: 'user', content: 'roll a dice with 6 sides' },
    ],
    tools,
  )
  assert.deepEqual(call, { name: 'roll_dice', arguments: { sides: 6 } })
})

test('results without names and ids answer the calls in order', () => {
  const call = (index: number, args: JsonObject) => ({
    id: `call_${index}`,
    function: { index, name: 'get_weather', arguments: args },
  })
  const { text } = decideReply(
    [
      { role: 'user', content: 'weather at 1, 2 and 3, 4' },
      {
        role: 'assistant',
        content: introduction,
        tool_calls: [call(0, { latitude: '1', longitude: '2' }), call(1, { latitude: '3', longitude: '4' })],
      },
      { role: 'tool', content: 'cold' },
      { role: 'tool', content: 'failed to look' },
    ],
    tools,
  )
  assert.equal(text, 'get_weather says: cold\nThe tool get_weather reported: failed to look')
})

test('results that feed each other do not keep a turn going', () => {
  const ping = tool('ping_value', 'ping', { pong: { type: 'integer' } })
  const pong = tool('pong_value', 'pong', { ping: { type: 'integer' } })
  const results = Array.from({ length: 10 }, (_, index) => `ping: ${index}, pong: ${index + 1}`)
  assert.ok(play('ping and pong with 1', results, [ping, pong]).calls.length <= 3)
})

for (const [what, text] of [
  ['one word', 'a'.repeat(1_000_000)],
  ['open brackets', '{'.repeat(1_000_000)],
  ['open quotes', '“'.repeat(1_000_000)],
  ['blanks', `in${' '.repeat(1_000_000)}x`],
] as const) {
  test(`a megabyte of ${what}, asked or as a result, is answered in less than hours`, {
    timeout: 30_000,
  }, () => {
    assert.ok(decideReply([{ role: 'user', content: text }], tools).text)
    assert.ok(play('What is the weather at my location?', [text]).text)
  })
}
