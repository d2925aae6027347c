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

const getWeather = tool('get_weather', 'Get the current weather at a place', {
  latitude: { type: 'string', description: 'latitude of location of interest' },
  longitude: { type: 'string', description: 'longitude of location of interest' },
})
const getLocation = tool('get_location', 'Get current location')
const getTime = tool('get_time', 'Get the time')
const zoneTime = tool('get_time', 'Get the time', {
  zone: { type: 'string', description: 'IANA zone, such as Europe/London' },
})
const rollDice = tool('roll_dice', 'Rolls', { count: { type: 'integer' }, sides: { type: 'integer' } })

/** Plays a turn to its end, after `before`; `results` answers the tools by name. */
function play(
  asked: string,
  offered: ToolSchema[],
  results: Record<string, string> = {},
  before: PromptMessage[] = [],
) {
  const messages: PromptMessage[] = [...before, { role: 'user', content: asked }]
  const calls: NonNullable<DemoReply['call']>[] = []
  for (;;) {
    const { text, call, hint } = decideReply(messages, offered)
    if (call === undefined) return { calls, text: text.replace(`${introduction}\n\n`, ''), hint, messages }
    assert.ok(calls.length < 10, 'the turn does not end')
    const id = `call_${calls.length}`
    calls.push(call)
    messages.push({ role: 'assistant', content: text, tool_calls: [{ id, function: { index: 0, ...call } }] })
    const content = results[call.name] ?? 'nothing'
    messages.push({ role: 'tool', content, tool_name: call.name, tool_call_id: id })
  }
}

for (const asked of ['weather at 42.29N 83.71W', 'weather at 83.71° W, 42.29° N']) {
  test(`compass letters give the signs and the order: ${asked}`, () => {
    assert.deepEqual(play(asked, [getWeather]).calls, [
      { name: 'get_weather', arguments: { latitude: '42.29', longitude: '-83.71' } },
    ])
  })
}

test('numbers that cannot be read surely are asked for', () => {
  const { calls, text } = play("weather at 42°17'N 83.71, 5", [getWeather])
  assert.deepEqual(calls, [])
  assert.match(text, /To call get_weather I would need latitude, longitude/)
})

test('every tool that the words ask for is called, each once', () => {
  const results = {
    get_location: 'latitude: 42.29, longitude: -83.71',
    get_weather: 'warm',
    get_time: '12:00',
  }
  const wordy = tool('get_time', 'Timestamp and timezone, for the weather at a location')
  for (const offered of [
    [wordy, getLocation, getWeather],
    [getTime, getWeather, getLocation],
  ]) {
    const { calls, text } = play('What is the weather at my location and the time?', offered, results)
    assert.deepEqual(calls.map(({ name }) => name).sort(), ['get_location', 'get_time', 'get_weather'])
    assert.match(text, /get_weather says: warm/)
    assert.match(text, /get_time says: 12:00/)
  }
})

const zones: [asked: string, zone: string][] = [
  ['what time is it in Europe/Berlin', 'Europe/Berlin'],
  ['get_time zone Europe/Berlin', 'Europe/Berlin'],
  ['get_time zone UTC', 'UTC'],
  ['the time in America/Argentina/Buenos_Aires?', 'America/Argentina/Buenos_Aires'],
  ['get_time {"zone":"Asia/Tokyo"}', 'Asia/Tokyo'],
  ['get_time {"zone": "Etc/GMT+5"} please', 'Etc/GMT+5'],
]
for (const [asked, zone] of zones) {
  test(`the zone is ${zone}, asked for once: ${asked}`, () => {
    assert.deepEqual(play(asked, [zoneTime]).calls, [{ name: 'get_time', arguments: { zone } }])
  })
}

test('the name of an argument is never its value', () => {
  assert.deepEqual(play('get_time with "zone"', [zoneTime]).calls, [])
})

for (const asked of ['roll_dice sides 20 count 3', 'roll_dice {"count": 3, "sides": 20}']) {
  test(`names before values fill the arguments of these names: ${asked}`, () => {
    assert.deepEqual(play(asked, [rollDice]).calls[0]?.arguments, { sides: 20, count: 3 })
  })
}

test('the words of a tool that failed are said once', () => {
  const { text } = play('weather at 1, 2', [getWeather], { get_weather: 'get_weather failed: status 503' })
  assert.equal(text, 'get_weather failed: status 503')
})

test('where no tool fits there is an example, which works', () => {
  for (const asked of ['hello', 'xyzzy']) {
    assert.equal(play(asked, [getTime, getWeather]).hint, 'Try: "What is the weather at 42.29, -83.71?"')
  }
  assert.equal(play('hello', [getTime]).hint, 'Try: "get_time"')
  assert.equal(play('hello', []).hint, undefined)
  assert.equal(play('What is the weather at 42.29, -83.71?', [getWeather]).calls.length, 1)
})

test('new values alone go to the tool that was called last', () => {
  const offered = [getWeather, getTime]
  const before = play('weather at 42.29, -83.71', offered).messages
  for (const asked of ['And in 48.85, 2.35?', '48.85N 2.35E']) {
    assert.deepEqual(play(asked, offered, {}, before).calls, [
      { name: 'get_weather', arguments: { latitude: '48.85', longitude: '2.35' } },
    ])
  }
  assert.deepEqual(play('I have 3 cats and 2 dogs', offered, {}, before).calls, [])
  assert.deepEqual(play('And in 48.85, 2.35?', offered).calls, [])
  const between = play('hello', offered, {}, before).messages
  assert.deepEqual(play('And in 48.85, 2.35?', offered, {}, between).calls, [])
})
