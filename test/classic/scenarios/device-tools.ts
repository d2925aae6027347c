import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../src/protocol/json.ts'
import { send } from '../../support/clients/classic/post.ts'
import type { ScriptedModel } from '../../support/stand-ins/ollama.ts'
import { calls, deviceTool, says } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'

/** Which tools are in a model's prompts, one after the other. */
export function deviceTools(world: () => World): void {
  const a = deviceTool('a')
  const b = deviceTool('b')
  const c = deviceTool('c')
  const newer = deviceTool('a', { size: { type: 'integer' } })

  const lastNames = (model: ScriptedModel) => model.lastTools().map((tool) => tool.function.name)

  test('the tools of a device add up over its conversation, the latest schema of each name, in one order', async () => {
    const { phone, model } = world().talk()
    const asked = async (extra: JsonObject) => {
      model.replies(says('Yes.'))
      await phone.prompt('Ready?', extra)
      return lastNames(model)
    }
    assert.deepEqual(await asked({ tools: [b, a] }), ['get_weather', 'b', 'a'])
    assert.deepEqual(await asked({}), ['get_weather', 'b', 'a'])
    assert.deepEqual(await asked({ tools: [c, newer] }), ['get_weather', 'b', 'a', 'c'])
    assert.deepEqual(model.lastTools()[2], newer)
    assert.deepEqual(await asked({ tools: null }), ['get_weather', 'b', 'a', 'c'])
    assert.deepEqual(await asked({ tools: [] }), ['get_weather'])
    assert.deepEqual(await asked({}), ['get_weather'])
    assert.deepEqual(await asked({ tools: [a] }), ['get_weather', 'a'])
  })

  test('one name given twice in a request counts once', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Yes.'))
    await phone.prompt('Ready?', { tools: [a, b, newer] })
    assert.deepEqual(lastNames(model), ['get_weather', 'a', 'b'])
    assert.deepEqual(model.prompts[0]?.body.tools?.[1], newer)
  })

  test('a device tool with the name of a resident one is left out, and clears nothing', async () => {
    const { phone, model } = world().talk()
    const mine = deviceTool('get_weather', { place: { type: 'string' } })
    model.replies(says('Yes.'), says('Yes.'), says('Yes.'))
    await phone.prompt('Ready?', { tools: [a, mine] })
    assert.deepEqual(lastNames(model), ['get_weather', 'a'])
    assert.notDeepEqual(model.prompts[0]?.body.tools?.[0], mine)
    await phone.prompt('And now?', { tools: [mine] })
    assert.deepEqual(lastNames(model), ['get_weather', 'a'])
  })

  test('/llmchat offers no tools, and does not change those of the conversation', async () => {
    const { phone, model } = world().talk()
    const chat = (extra: JsonObject) =>
      send(`${world().url}/llmchat`, {
        appID: phone.appID,
        model: model.name,
        messages: [{ role: 'user', content: 'Hello' }],
        stream: true,
        ...extra,
      }).response
    model.replies(says('Hi.'), says('Hi.'), says('Hi.'), says('Hi.'))
    await phone.prompt('Ready?', { tools: [a] })
    assert.equal((await chat({})).text, 'Hi.')
    assert.equal(model.prompts[1]?.body.tools, undefined)
    await chat({ tools: [] })
    assert.equal(model.prompts[2]?.body.tools, undefined)
    assert.equal(model.lastMessages().length, 5)
    await phone.prompt('Ready?')
    assert.deepEqual(lastNames(model), ['get_weather', 'a'])
  })

  test('a call that a model makes on /llmchat, where it has no tools, fails with a message', async () => {
    const { phone, model } = world().talk()
    model.replies(says(calls([{ name: 'get_weather', arguments: {} }])), says('Oh.'))
    const chat = { appID: phone.appID, model: model.name, messages: [{ role: 'user', content: 'Hi' }] }
    const response = await send(`${world().url}/llmchat`, chat).response
    assert.equal(response.text, 'Oh.')
    assert.equal(
      model.lastMessages().at(-1)?.content,
      'There is no tool named "get_weather". There are no tools here.',
    )
  })

  test('tools that come with results are offered from then on', async () => {
    const { phone, model } = world().talk()
    model.replies(says(calls([{ name: 'a', arguments: {} }])), says('Good.'))
    await phone.post('Go.', { tools: [a] }).response
    await phone.postMessages([{ role: 'tool', content: 'done' }], { tools: [b] }).response
    assert.deepEqual(lastNames(model), ['get_weather', 'a', 'b'])
  })
}
