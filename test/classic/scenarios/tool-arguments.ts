import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PromptMessage } from '../../../src/turn/ports/engine.ts'
import { calls, deviceTool, done, says, sends } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'

const sunny = 'Weather at lat: 42.29, lon: -83.71 is 51.3ºF'

/** What models write as arguments, and what becomes of it. */
export function toolArguments(world: () => World): void {
  /** One call of `get_weather` with these arguments; resolves to what the model read of it. */
  async function resultOf(args: unknown): Promise<PromptMessage> {
    const { phone, model } = world().talk()
    model.replies(says(calls([{ name: 'get_weather', arguments: args }])), says('I see.'))
    assert.equal((await phone.prompt('How warm is it?')).text, 'I see.')
    const result = model.lastMessages().at(-1)
    assert.ok(result)
    return result
  }

  const fitting: [what: string, args: unknown][] = [
    ['strings', { latitude: '42.29', longitude: '-83.71' }],
    ['the other order', { longitude: '-83.71', latitude: '42.29' }],
    ['numbers', { latitude: 42.29, longitude: -83.71 }],
    ['a JSON string', '{"longitude": -83.71, "latitude": "42.29"}'],
  ]
  for (const [what, args] of fitting) {
    test(`arguments as ${what} reach the tool by their names`, async () => {
      assert.equal((await resultOf(args)).content, sunny)
    })
  }

  const wrong: [what: string, args: unknown, words: RegExp][] = [
    [
      'with other names',
      { lat: 42.29, lon: -83.71 },
      /"latitude" and "longitude" are missing.*no "lat" or "lon"/,
    ],
    ['that are swapped', { latitude: -139.69, longitude: 35.68 }, /They look swapped/],
    ['that are missing', {}, /"latitude" and "longitude" are missing/],
    ['that are no object', ['42.29', '-83.71'], /Wrong arguments for get_weather/],
    ['that are no JSON', '{"latitude": 42.29', /Wrong arguments for get_weather/],
    [
      'of a wrong type',
      { latitude: { degrees: 42 }, longitude: -83.71 },
      /"latitude" must be string, but it is {"degrees":42}/,
    ],
    ['that are absent', undefined, /missing/],
  ]
  for (const [what, args, message] of wrong) {
    test(`the model reads what is wrong with arguments ${what}, and can correct them`, async () => {
      const result = await resultOf(args)
      assert.equal(result.role, 'tool')
      assert.equal(result.tool_name, 'get_weather')
      assert.match(result.content, message)
    })
  }

  test('a model that corrects its arguments answers in the same prompt', async () => {
    const { phone, model } = world().talk()
    model.replies(
      says(calls([{ name: 'get_weather', arguments: { lat: 1 } }])),
      says(calls([{ name: 'get_weather', arguments: { latitude: 42.29, longitude: -83.71 } }])),
      says('51.3ºF.'),
    )
    const { text, responses } = await phone.prompt('How warm is it?')
    assert.deepEqual([text, responses.length], ['51.3ºF.', 1])
    assert.equal(model.lastMessages().at(-1)?.content, sunny)
  })

  test('a call of an unknown tool fails, the model reads which tools there are, and recovers', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Hm. ', calls([{ name: 'get_wether', arguments: {} }])), says('Sorry.'))
    const { text, calls: asked } = await phone.prompt('How warm is it?', {
      tools: [deviceTool('get_location')],
    })
    assert.equal(text, 'Hm. Sorry.')
    assert.deepEqual(asked, [])
    assert.equal(
      model.lastMessages().at(-1)?.content,
      'There is no tool named "get_wether". The tools are: get_weather, get_location.',
    )
  })

  const mapTool = deviceTool(
    'show_map',
    { latitude: { type: 'string' }, longitude: { type: 'string' }, label: { type: 'string' } },
    ['latitude', 'longitude'],
  )

  test('arguments of a device call reach the phone as the strings that its tool declares', async () => {
    for (const args of [
      { latitude: 42.29, longitude: -83.71, label: true },
      '{"latitude": 42.29, "longitude": "-83.71", "label": "true"}',
    ]) {
      const seen: object[] = []
      const { phone, model } = world().talk({ runs: { show_map: (given) => `${seen.push(given)} shown` } })
      model.replies(says(calls([{ name: 'show_map', arguments: args, id: 'call_m' }])), says('There.'))
      const { responses } = await phone.prompt('Show me.', { tools: [mapTool] })
      assert.deepEqual(seen, [{ latitude: '42.29', longitude: '-83.71', label: 'true' }])
      const line = responses[0]?.events.find(({ event }) => event === 'tool_calls')?.json
      assert.deepEqual(line, {
        model: model.name,
        created_at: '2026-11-22T12:34:46.276824208Z',
        message: {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'call_m', function: { index: 0, name: 'show_map', arguments: seen[0] } }],
        },
        done: false,
      })
    }
  })

  test('a line with device calls that fit is sent byte for byte, however oddly it is written', async () => {
    const { phone, model } = world().talk({ runs: { show_map: () => 'shown' } })
    const odd =
      `{ "model":"m",  "message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"show_map",` +
      `"arguments":{"longitude":"2.35", "latitude":"48.85"}},"id":"call_o"}]},"extra":[1e2,"\\u00e9\\/"],"done":false}`
    model.replies(sends([() => odd, done()]), says('There.'))
    const { responses } = await phone.prompt('Show me Paris.', { tools: [mapTool] })
    assert.equal(responses[0]?.events[0]?.data, odd)
  })

  test('numbers keep all their digits on the way to the phone, and to the model in later prompts', async () => {
    const { phone, model } = world().talk({ runs: { show_thread: () => 'shown' } })
    const written = '{"id":1234567890123456789,"ts":1602251441.001700,"more":3.10}'
    const line =
      `{"model":"m","message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"show_thread",` +
      `"arguments":${written}},"id":"call_o"}]},"done":false}`
    model.replies(sends([() => line, done()]), says('There.'), says('Again.'))
    const thread = deviceTool('show_thread', { id: { type: 'string' }, ts: { type: 'string' } }, ['id'])
    const { responses } = await phone.prompt('Show me.', { tools: [thread] })
    const sent = responses[0]?.events.find(({ event }) => event === 'tool_calls')?.data ?? ''
    assert.match(sent, /"arguments":{"id":"1234567890123456789","ts":"1602251441.001700","more":"3.10"}/)
    await phone.prompt('And now?', { tools: [thread] })
    for (const { raw } of model.prompts.slice(1))
      assert.ok(raw.toString().includes(`"arguments":${written}`), raw.toString())
  })

  test('the model reads what is wrong with the arguments of a device call, and the phone does not get the call', async () => {
    const { phone, model } = world().talk({ runs: { show_map: () => 'shown' } })
    model.replies(says(calls([{ name: 'show_map', arguments: { where: 'here' } }])), says('I cannot.'))
    const { responses, text } = await phone.prompt('Show me.', { tools: [mapTool] })
    assert.deepEqual([responses.length, text, responses[0]?.calls], [1, 'I cannot.', []])
    assert.match(
      model.lastMessages().at(-1)?.content ?? '',
      /Wrong arguments for show_map: "latitude" and "longitude" are missing/,
    )
  })

  test('a call that comes again with its id, in another line or in the last, is one call', async () => {
    const { phone, model } = world().talk({ runs: { show_map: () => 'shown' } })
    const paris = { id: 'call_p', name: 'show_map', arguments: { latitude: '48.85', longitude: '2.35' } }
    const rome = { id: 'call_r', name: 'show_map', arguments: { latitude: '41.9', longitude: '12.5' } }
    model.replies(says(calls([paris]), calls([paris, rome]), calls([rome])), says('There.'))
    const { responses, text } = await phone.prompt('Show me.', { tools: [mapTool] })
    assert.equal(text, 'There.')
    assert.deepEqual(
      responses[0]?.calls.map(({ arguments: args }) => args),
      [paris.arguments, rome.arguments],
    )
    assert.equal(model.lastMessages().filter(({ role }) => role === 'tool').length, 2)
  })
}
