import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatScript, ScriptedModel } from '../../support/stand-ins/ollama.ts'
import {
  bytes,
  calls,
  deviceTool,
  done,
  refuses,
  replays,
  says,
  sends,
  tears,
  text,
} from '../../support/stand-ins/ollama-replies.ts'
import type { Phone } from '../phone.ts'
import type { World } from '../world.ts'

const tools = [deviceTool('get_location')]

/** An engine that fails before, in and between its replies. The conversation always goes on. */
export function engineFaults(world: () => World): void {
  /** The messages of the model's next prompt. */
  async function nextPrompt(phone: Phone, model: ScriptedModel): Promise<[string, string][]> {
    model.replies(says('Better now.'))
    assert.equal((await phone.prompt('And now?')).text, 'Better now.')
    return model.lastMessages().map(({ role, content }) => [role, content])
  }

  const refusals: [what: string, script: ChatScript, status: number, words: RegExp][] = [
    ['refuses the connection', (response) => response.destroy(), 502, /./],
    [
      'closes the connection before the first line',
      (response) => response.writeHead(200).write(' ', () => response.destroy()),
      502,
      /./,
    ],
    ['does not have the model any more', refuses(404, "model 'm' not found"), 404, /model 'm' not found/],
    ['does not like the request', refuses(400, 'does not support tools'), 422, /does not support tools/],
    ['is broken', refuses(500, 'out of memory'), 502, /out of memory/],
    ['is busy', refuses(503, 'server busy, please try again'), 503, /server busy/],
    [
      'begins with an error line',
      sends([bytes('{"error":"llama runner process has terminated"}')]),
      502,
      /terminated/,
    ],
    ['replies with no JSON', sends([bytes('<html>')]), 502, /no JSON/],
    ['replies with nothing', sends([]), 502, /done: true/],
  ]
  for (const [what, script, status, message] of refusals) {
    test(`where the engine ${what}, the prompt is refused with ${status}, and nothing is stored [no-trace]`, async () => {
      const { phone, model } = world().talk()
      model.replies(script)
      const { last } = await phone.prompt('Hello?', { tools })
      assert.deepEqual([last.status, last.contentType], [status, 'application/json; charset=utf-8'])
      assert.deepEqual(Object.keys(last.json as object), ['error'])
      assert.match(last.error ?? '', message)
      assert.deepEqual(await nextPrompt(phone, model), [['user', 'And now?']])
      assert.equal(model.lastTools().length, 1, 'its tools are not stored either')
    })
  }

  test('an unknown model is refused with 404 before a request to it, and the message names the known ones', async () => {
    const { phone, model } = world().talk()
    const response = await phone.postMessages([{ role: 'user', content: 'Hi' }], { model: 'nope' }).response
    assert.equal(response.status, 404)
    assert.match(response.error ?? '', /no model 'nope'/)
    assert.deepEqual(await nextPrompt(phone, model), [['user', 'And now?']])
  })

  test('where the engine is not running prompts are refused with 502, the first and later ones, and nothing is stored', async () => {
    const { phone, model } = world().talk()
    const refused = async () => {
      const { last } = await world().ollama.isAwayDuring(() => phone.prompt('Hello?'))
      assert.equal(last.status, 502)
      assert.match(last.error ?? '', /ECONNREFUSED|connect/)
    }
    await refused()
    assert.deepEqual(await nextPrompt(phone, model), [['user', 'And now?']])
    await refused()
    assert.deepEqual((await nextPrompt(phone, model)).length, 3)
  })

  test('where the engine does not list its models, prompts are refused with 502', async () => {
    const { phone, model } = world().talk()
    const { last } = await world().ollama.isBrokenDuring('/api/show', 500, () => phone.prompt('Hello?'))
    assert.deepEqual([last.status, last.error], [502, 'broken with 500'])
    assert.deepEqual(await nextPrompt(phone, model), [['user', 'And now?']])
  })

  const breaks: [what: string, script: ChatScript, words: RegExp][] = [
    [
      'sends an error line',
      sends([text('Once '), text('upon'), bytes('{"error":"the runner died"}')]),
      /^the runner died$/,
    ],
    ['ends without done', sends([text('Once '), text('upon')]), /done: true/],
    ['is torn', tears([text('Once '), text('upon')]), /./],
    ['breaks off within a line', tears([text('Once '), text('upon')], '{"model":"x","mess'), /./],
    ['sends a broken line', sends([text('Once '), text('upon'), bytes('{"model":'), done()]), /no JSON/],
    [
      'sends a line that is no object',
      sends([text('Once '), text('upon'), bytes('[]'), done()]),
      /no object/,
    ],
  ]
  for (const [what, script, message] of breaks) {
    test(`where the reply ${what}, the stream ends with an error, and its text is kept`, async () => {
      const { phone, model } = world().talk()
      model.replies(script)
      const { last, text: said } = await phone.prompt('Tell me a story.')
      assert.equal(last.status, 200)
      assert.equal(said, 'Once upon')
      assert.equal(last.events.at(-1)?.event, 'error')
      assert.match(last.error ?? '', message)
      assert.deepEqual(await nextPrompt(phone, model), [
        ['user', 'Tell me a story.'],
        ['assistant', 'Once upon'],
        ['user', 'And now?'],
      ])
    })
  }

  test('a runner that dies in the middle, as recorded, ends the stream with the message of the engine', async () => {
    const { phone, model } = world().talk()
    model.replies(replays('error-runner-died'))
    const { last, text: said } = await phone.prompt('Tell me about the ocean.')
    assert.match(said, /^The ocean is a vast and mysterious realm, /)
    assert.ok(last.error)
    assert.deepEqual((await nextPrompt(phone, model))[1], ['assistant', said])
  })

  test('calls of a reply that breaks off are not run, here or on the device', async () => {
    const { phone, model } = world().talk({
      runs: { get_location: () => assert.fail('it must not be asked for') },
    })
    const both = calls([
      { name: 'get_weather', arguments: { latitude: '12.25', longitude: '1' } },
      { name: 'get_location', arguments: {} },
    ])
    model.replies(sends([text('Wait. '), both]))
    const { last, calls: asked } = await phone.prompt('Where am I?', { tools })
    assert.ok(last.error)
    assert.deepEqual(asked, [])
    assert.ok(!world().openMeteo.requests.some((url) => url.searchParams.get('latitude') === '12.25'))
    assert.deepEqual(await nextPrompt(phone, model), [
      ['user', 'Where am I?'],
      ['assistant', 'Wait. '],
      ['user', 'And now?'],
    ])
  })

  test('an engine that fails after a resident tool has run ends the stream with its message; the result is kept', async () => {
    const { phone, model } = world().talk()
    model.replies(
      says('Looking. ', calls([{ name: 'get_weather', arguments: { latitude: '1', longitude: '2' } }])),
      refuses(500, 'out of memory'),
    )
    const { last, text: said } = await phone.prompt('How warm is it?')
    assert.deepEqual([last.status, said, last.error], [200, 'Looking. ', 'out of memory'])
    assert.deepEqual(await nextPrompt(phone, model), [
      ['user', 'How warm is it?'],
      ['assistant', 'Looking. '],
      ['tool', 'Weather at lat: 1, lon: 2 is 51.3ºF'],
      ['user', 'And now?'],
    ])
  })

  for (const shape of ['A', 'B'] as const) {
    test(`where the engine fails after results of shape ${shape}, they are refused, and can be sent again`, async () => {
      const { phone, model } = world().talk()
      model.replies(
        says(calls([{ name: 'get_location', arguments: {} }])),
        refuses(503, 'server busy'),
        says('There.'),
      )
      const prompt = { role: 'user', content: 'Where am I?' }
      const result = { role: 'tool', content: 'here' }
      await phone.postMessages([prompt], { tools }).response
      const follow = shape === 'A' ? [result] : [prompt, result]
      const refused = await phone.postMessages(follow).response
      assert.deepEqual([refused.status, refused.json], [503, { error: 'server busy' }])
      const again = await phone.postMessages(follow).response
      assert.deepEqual([again.status, again.text], [200, 'There.'])
      assert.deepEqual(
        model.lastMessages().map(({ content }) => content),
        ['Where am I?', '', 'here'],
      )
    })
  }
}
