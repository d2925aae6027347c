import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  calls,
  deviceTool,
  done,
  replays,
  says,
  sends,
  text,
} from '../../support/stand-ins/ollama-replies.ts'
import type { Shape } from '../phone.ts'
import type { World } from '../world.ts'

const getLocation = deviceTool('get_location')
const location = 'latitude: 42.29306, longitude: -83.71555'
const weather = 'Weather at lat: 42.29306, lon: -83.71555 is 51.3ºF'
const annArbor = { latitude: '42.29306', longitude: '-83.71555' }
const runs = { get_location: () => location, get_battery: () => '80 %' }
const tools = [getLocation, deviceTool('get_battery')]

/** Prompts that take tools, on the device, here, and on both sides. */
export function toolRounds(world: () => World): void {
  for (const shape of ['A', 'B'] as const)
    describe(`a phone of shape ${shape}`, () => toolRoundsOf(shape, world))

  test('a phone does not see the call of a resident tool, and gets the answer in the same stream', async () => {
    const { phone, model } = world().talk()
    model.replies(
      says('Let me look. ', calls([{ name: 'get_weather', arguments: annArbor }])),
      says('It is ', '51.3ºF.'),
    )
    const { responses, text: said } = await phone.prompt('How warm is it at 42.29306, -83.71555?')
    assert.equal(responses.length, 1)
    assert.equal(said, 'Let me look. It is 51.3ºF.')
    assert.deepEqual(responses[0]?.calls, [])
    assert.ok(!responses[0]?.raw.includes('get_weather'))
    const [, assistant, result] = model.lastMessages()
    const [call] = assistant?.tool_calls ?? []
    assert.ok(call?.id)
    assert.deepEqual(assistant, {
      role: 'assistant',
      content: 'Let me look. ',
      tool_calls: [{ id: call.id, function: { index: 0, name: 'get_weather', arguments: annArbor } }],
    })
    assert.deepEqual(result, {
      role: 'tool',
      content: weather,
      tool_name: 'get_weather',
      tool_call_id: call.id,
    })
  })

  test('two calls in two lines, with text before them, are both run', async () => {
    const { phone, model } = world().talk()
    model.replies(replays('text-then-two-calls'), says('Madrid is warmer.'))
    const { responses, text: said } = await phone.prompt('Compare the weather in London and Madrid.')
    assert.equal(responses.length, 1)
    assert.equal(said, ' I will look up both.\nMadrid is warmer.')
    const [, assistant, ...results] = model.lastMessages()
    assert.deepEqual(
      assistant?.tool_calls?.map((call) => call.id),
      ['call_6xeudbec', 'call_30t71tkf'],
    )
    assert.deepEqual(results, [
      {
        role: 'tool',
        content: 'Weather at lat: 48.85, lon: 2.35 is 51.3ºF',
        tool_name: 'get_weather',
        tool_call_id: 'call_6xeudbec',
      },
      {
        role: 'tool',
        content: 'Weather at lat: 52.52, lon: 13.4 is 51.3ºF',
        tool_name: 'get_weather',
        tool_call_id: 'call_30t71tkf',
      },
    ])
  })

  test('a phone that knows none of the tools sends no results, and gets an answer at its next prompt', async () => {
    const { phone, model } = world().talk()
    model.replies(says(calls([{ name: 'get_location', arguments: {} }])), says('As you like.'))
    assert.equal((await phone.prompt('Where am I?', { tools })).responses.length, 1)
    assert.equal((await phone.prompt('Never mind.')).text, 'As you like.')
    assert.deepEqual(
      model.lastMessages().map(({ role, content }) => [role, content]),
      [
        ['user', 'Where am I?'],
        ['assistant', ''],
        ['tool', 'No result: the user went on before the device answered.'],
        ['user', 'Never mind.'],
      ],
    )
  })
}

function toolRoundsOf(shape: Shape, world: () => World): void {
  test('a device tool is called, its result posted, and the answer comes', async () => {
    const { phone, model } = world().talk({ shape, runs })
    model.replies(
      says(calls([{ name: 'get_location', arguments: {}, id: 'call_1' }])),
      says('You are in Ann Arbor.'),
    )
    const { responses, text: said } = await phone.prompt('Where am I?', { tools })
    assert.equal(said, 'You are in Ann Arbor.')
    assert.deepEqual(
      responses.map((response) => response.calls),
      [[{ id: 'call_1', name: 'get_location', arguments: {} }], []],
    )
    assert.deepEqual(model.lastMessages(), [
      { role: 'user', content: 'Where am I?' },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'call_1', function: { index: 0, name: 'get_location', arguments: {} } }],
      },
      { role: 'tool', content: location, tool_name: 'get_location', tool_call_id: 'call_1' },
    ])
    assert.deepEqual(
      model.lastTools().map((tool) => tool.function.name),
      ['get_weather', 'get_location', 'get_battery'],
    )
  })

  test('"What is the weather at my location?" is answered through tools of the phone and the server, as recorded', async () => {
    const { phone, model } = world().talk({ shape, runs })
    model.replies(replays('call-device'), replays('call-resident'), replays('answer-after-results'))
    const { responses, text: said } = await phone.prompt('What is the weather at my location?', {
      tools: [getLocation],
    })
    assert.equal(responses.length, 2)
    assert.equal(said, '   It is 51.3ºF at your location.\n')
    const [first, second] = responses
    assert.deepEqual(
      first?.events.map(({ event, done: ended }) => [event, ended]),
      [
        ['message', false],
        ['tool_calls', false],
        ['message', true],
      ],
    )
    assert.equal(second?.events.length, 1 + 14 + 1)
    assert.equal(second?.events.at(-1)?.json.eval_count, 15)
    const messages = model.lastMessages()
    assert.deepEqual(
      messages.map(({ role, content, tool_name }) => [role, content, tool_name]),
      [
        ['user', 'What is the weather at my location?', undefined],
        ['assistant', ' ', undefined],
        ['tool', location, 'get_location'],
        ['assistant', ' ', undefined],
        ['tool', weather, 'get_weather'],
      ],
    )
  })

  test('calls of both sides in one line are both run, and the phone sees only its own', async () => {
    const { phone, model } = world().talk({ shape, runs })
    const line = calls([
      { name: 'get_weather', arguments: annArbor, id: 'call_w' },
      { name: 'get_location', arguments: {}, id: 'call_l' },
    ])
    model.replies(says('Both: ', line), says('Done.'))
    const { responses, text: said } = await phone.prompt('Where am I, and how warm is it?', { tools })
    assert.equal(said, 'Both: Done.')
    assert.deepEqual(responses[0]?.calls, [{ id: 'call_l', name: 'get_location', arguments: {} }])
    assert.deepEqual(
      model
        .lastMessages()
        .slice(2)
        .map(({ content, tool_call_id }) => [content, tool_call_id]),
      [
        [weather, 'call_w'],
        [location, 'call_l'],
      ],
    )
  })

  test('two device calls in one line get their results, or end without one where the phone sends only one', async () => {
    const { phone, model } = world().talk({ shape, runs })
    const line = calls([
      { name: 'get_location', arguments: {} },
      { name: 'get_battery', arguments: {} },
    ])
    model.replies(says(line), says('Fine.'), says('And on.'))
    assert.equal((await phone.prompt('Where am I, and how long will it last?', { tools })).text, 'Fine.')
    assert.equal((await phone.prompt('And now?')).text, 'And on.')
    const noResult = 'No result: the device did not answer this call.'
    assert.deepEqual(
      model.lastMessages().map(({ role, content }) => [role, content]),
      [
        ['user', 'Where am I, and how long will it last?'],
        ['assistant', ''],
        ['tool', shape === 'A' ? noResult : location],
        ['tool', '80 %'],
        ['assistant', 'Fine.'],
        ['user', 'And now?'],
      ],
    )
  })

  test('a model that calls the device in round after round gets each result once', async () => {
    const { phone, model } = world().talk({ shape, runs })
    const ask = (name: string) => says(`${name}: `, calls([{ name, arguments: {} }]))
    model.replies(ask('get_location'), ask('get_battery'), ask('get_location'), says('Enough.'))
    const { responses, text: said } = await phone.prompt('Look about.', { tools })
    assert.equal(responses.length, 4)
    assert.equal(said, 'get_location: get_battery: get_location: Enough.')
    assert.deepEqual(
      model.lastMessages().map(({ role, content }) => [role, content]),
      [
        ['user', 'Look about.'],
        ['assistant', 'get_location: '],
        ['tool', location],
        ['assistant', 'get_battery: '],
        ['tool', '80 %'],
        ['assistant', 'get_location: '],
        ['tool', location],
      ],
    )
  })

  test('text, calls and the end in the same line are sent in their order, each once', async () => {
    const { phone, model } = world().talk({ shape, runs })
    const function_ = { index: 0, name: 'get_location', arguments: {} }
    model.replies(
      sends([
        text('One '),
        done({ content: 'moment.', tool_calls: [{ id: 'call_1', function: function_ }] }),
      ]),
      sends([done({ content: 'All in one.' })]),
    )
    const { responses, text: said } = await phone.prompt('Where am I?', { tools })
    assert.equal(said, 'One moment.All in one.')
    assert.deepEqual(
      responses.map(({ calls: asked }) => asked.length),
      [1, 0],
    )
  })
}
