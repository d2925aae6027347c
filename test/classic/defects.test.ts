import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { send } from '../support/clients/classic/post.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import type { ChatScript, ScriptedModel } from '../support/stand-ins/ollama.ts'
import {
  calls,
  deviceTool,
  done,
  pauses,
  refuses,
  says,
  sends,
  text,
} from '../support/stand-ins/ollama-replies.ts'
import { type World, worldOf } from './world.ts'

// What the tutorial's own server gets wrong, defect by defect, as docs/dialect.md lists them.

const annArbor = { latitude: '42.29', longitude: '-83.71' }
const sunny = 'Weather at lat: 42.29, lon: -83.71 is 51.3ºF'
const askWeather = (args: unknown = annArbor, before = '') =>
  says(before, calls([{ name: 'get_weather', arguments: args }]))
const askLocation = says(calls([{ name: 'get_location', arguments: {}, id: 'call_l' }]))
const device = { runs: { get_location: () => 'here' } }
const tools = [deviceTool('get_location')]

const linesOf = (model: ScriptedModel) =>
  model.lastMessages().map(({ role, content }) => `${role}: ${content}`)

for (const database of databaseKinds) {
  describe(`the tutorial's defects, on ${database.name}`, () =>
    testDefects(worldOf(database, { CHATTERD_MAX_STEPS: '4' })))
}

function testDefects(world: () => World): void {
  test('1. arguments are taken by their names, in whatever order the model writes them', async () => {
    const { phone, model } = world().talk()
    model.replies(askWeather({ longitude: '-83.71', latitude: '42.29' }), says('Ok.'))
    await phone.prompt('How warm is it?')
    assert.equal(model.lastMessages().at(-1)?.content, sunny)
  })

  test('2. arguments may be numbers, or a JSON string, or not fit at all', async () => {
    for (const [args, message] of [
      [{ latitude: 42.29, longitude: -83.71 }, /^Weather at lat: 42\.29, lon: -83\.71 is/],
      [JSON.stringify(annArbor), /^Weather at lat: 42\.29, lon: -83\.71 is/],
      [{ latitude: true, longitude: -83.71 }, /Latitude must be a number/],
      [{ latitude: 42.29, longitude: { a: 1 } }, /"longitude" must be string, but it is {"a":1}/],
      [[1, 2], /Wrong arguments/],
    ] as const) {
      const { phone, model } = world().talk()
      model.replies(askWeather(args), says('Ok.'))
      assert.equal((await phone.prompt('How warm is it?')).text, 'Ok.')
      assert.match(model.lastMessages().at(-1)?.content ?? '', message)
    }
  })

  test('3. tools that come with every POST are in the prompt once, in the same bytes', async () => {
    const { phone, model } = world().talk(device)
    model.replies(askLocation, askLocation, says('Here.'), says('Still here.'))
    await phone.prompt('Where am I?', { tools })
    await phone.prompt('And now?', { tools })
    const lists = model.prompts.map(({ body }) => JSON.stringify(body.tools))
    assert.equal(lists.length, 4)
    assert.equal(new Set(lists).size, 1)
    assert.deepEqual(JSON.parse(lists[0] ?? '').length, 2)
  })

  test('4. the assistant’s calls come before their result, which has their name and id', async () => {
    const { phone, model } = world().talk()
    model.replies(says(calls([{ name: 'get_weather', arguments: annArbor, id: 'call_7' }])), says('Ok.'))
    await phone.prompt('How warm is it?')
    assert.deepEqual(model.lastMessages().slice(1), [
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'call_7', function: { index: 0, name: 'get_weather', arguments: annArbor } }],
      },
      { role: 'tool', content: sunny, tool_name: 'get_weather', tool_call_id: 'call_7' },
    ])
  })

  test('5. the text of each round is stored once, with its whitespace', async () => {
    const { phone, model } = world().talk(device)
    model.replies(
      askWeather(annArbor, 'First,\n\n  the  weather.\n'),
      askLocation,
      says('\tThen:\n| a |  b |\n'),
      says('Bye.'),
    )
    const { text: said } = await phone.prompt('Both.', { tools })
    assert.equal(said, 'First,\n\n  the  weather.\n\tThen:\n| a |  b |\n')
    await phone.prompt('Bye')
    assert.deepEqual(linesOf(model), [
      'user: Both.',
      'assistant: First,\n\n  the  weather.\n',
      `tool: ${sunny}`,
      'assistant: ',
      'tool: here',
      'assistant: \tThen:\n| a |  b |\n',
      'user: Bye',
    ])
  })

  test('6. the results of several calls are a message each, in call order', async () => {
    const { phone, model } = world().talk()
    const called = ['1', '2', '3'].map((latitude) => ({
      name: 'get_weather',
      arguments: { latitude, longitude: '0' },
    }))
    model.replies(says(calls(called)), says('Ok.'))
    await phone.prompt('How warm is it?')
    const results = [1, 2, 3].map((latitude) => `tool: Weather at lat: ${latitude}, lon: 0 is 51.3ºF`)
    assert.deepEqual(linesOf(model).slice(2), results)
  })

  test('7. messages of the same instant keep their order', async () => {
    const { phone, model } = world().talk()
    const messages = Array.from({ length: 60 }, (_, index) => ({
      role: 'user',
      content: `${(index * 37) % 60}`,
    }))
    model.replies(says('Ok.'), says('Ok.'))
    await phone.postMessages(messages).response
    await phone.prompt('Last')
    assert.deepEqual(
      linesOf(model).slice(0, 60),
      messages.map(({ content }) => `user: ${content}`),
    )
  })

  test('8. the model reads that a tool has failed, and the phone does not', async () => {
    world().openMeteo.troubles('81', 'is broken')
    const { phone, model } = world().talk()
    model.replies(askWeather({ latitude: '81', longitude: '0' }), says('I cannot tell.'))
    const { last, text: said } = await phone.prompt('How warm is it?')
    assert.deepEqual([last.status, last.error, said], [200, undefined, 'I cannot tell.'])
    assert.match(linesOf(model).at(-1) ?? '', /^tool: get_weather failed/)
  })

  test('9. a model that calls tools for ever is stopped, and the phone gets an error', async () => {
    const { phone, model } = world().talk()
    model.replies(...Array.from({ length: 50 }, () => askWeather()))
    const { last } = await phone.prompt('How warm is it?')
    assert.match(last.error ?? '', /went on calling tools/)
    assert.equal(model.prompts.length, 4)
  })

  test('10. two POSTs at once to one conversation do not interleave', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    let running = 0
    const alone: ChatScript = async (response, prompt) => {
      running += 1
      assert.equal(running, 1)
      await gate.promise
      await says(text(`Re ${prompt.body.messages.at(-1)?.content}`))(response, prompt)
      running -= 1
    }
    model.replies(alone, alone, alone)
    const responses = ['a', 'b', 'c'].map((content) => phone.post(content).response)
    await model.prompt(0)
    gate.resolve()
    const said = (await Promise.all(responses)).map((response) => response.text)
    assert.deepEqual(said, ['Re a', 'Re b', 'Re c'])
    const log = linesOf(model)
    assert.equal(log.length, 5)
    for (const index of [0, 2]) assert.equal(log[index + 1], log[index]?.replace('user: ', 'assistant: Re '))
  })

  test('11. the answer to a phone that disconnects is finished and stored', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('Half')], gate.promise, [text(' and whole.'), done()]), says('Ok.'))
    const posting = phone.post('Speak.')
    await posting.event(0)
    posting.disconnect()
    gate.resolve()
    await phone.prompt('Well?')
    assert.equal(linesOf(model)[1], 'assistant: Half and whole.')
  })

  test('12. a reply that ends without done is a failure, and its calls are not run', async () => {
    const { phone, model } = world().talk()
    const before = world().openMeteo.requests.length
    model.replies(sends([text('Half'), calls([{ name: 'get_weather', arguments: annArbor }])]))
    const { last } = await phone.prompt('Speak.')
    assert.ok(last.error)
    assert.ok(!last.events.some((event) => event.done))
    assert.equal(world().openMeteo.requests.length, before)
  })

  test('13. a POST of results that is sent again runs no call again', async () => {
    const { phone, model } = world().talk()
    model.replies(askLocation, askWeather({ latitude: '13', longitude: '0' }), says('51.3ºF.'))
    const prompt = { role: 'user', content: 'How warm is it here?' }
    await phone.postMessages([prompt], { tools }).response
    const follow = [prompt, { role: 'tool', content: 'latitude: 13, longitude: 0' }]
    const [first, ...again] = await Promise.all(
      [1, 2, 3].map(() => phone.postMessages(follow, { tools }).response),
    )
    const later = await phone.postMessages(follow, { tools }).response
    const statuses = [first, ...again, later].map((response) => response?.status)
    assert.deepEqual(statuses.toSorted(), [200, 409, 409, 409])
    const lookups = world().openMeteo.requests.filter((url) => url.searchParams.get('latitude') === '13')
    assert.equal(lookups.length, 1)
    assert.equal(model.prompts.length, 3)
  })

  test('13. a POST that was refused and is sent again is stored once', async () => {
    const { phone, model } = world().talk()
    model.replies(refuses(503, 'busy'), refuses(503, 'busy'), says('Hi.'), says('Ok.'))
    const post = () =>
      send(`${world().url}/llmtools`, {
        appID: phone.appID,
        model: model.name,
        messages: [{ role: 'user', content: 'Hi' }],
      }).response
    assert.deepEqual([(await post()).status, (await post()).status, (await post()).status], [503, 503, 200])
    await phone.prompt('Well?')
    assert.deepEqual(linesOf(model), ['user: Hi', 'assistant: Hi.', 'user: Well?'])
  })
}
