import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PromptMessage } from '../../../src/turn/ports/engine.ts'
import { calls, deviceTool, says } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'

const tools = [deviceTool('get_location'), deviceTool('get_battery')]
const user = (content: string) => ({ role: 'user', content })
const tool = (content: string, of: object = {}) => ({ role: 'tool', content, ...of })
const asksBoth = says(
  calls([
    { name: 'get_location', arguments: {}, id: 'call_l' },
    { name: 'get_battery', arguments: {}, id: 'call_b' },
  ]),
)
const asksOne = says(calls([{ name: 'get_location', arguments: {}, id: 'call_l' }]))

function linesOf(messages: PromptMessage[]): string[] {
  return messages.map(({ role, content }) => `${role}: ${content}`)
}

/** Results that come late, twice, in parts, or never. */
export function results(world: () => World): void {
  test("results after the user's next prompt are refused with 409 and change nothing", async () => {
    const { phone, model } = world().talk()
    model.replies(asksOne, says('Next.'), says('Last.'))
    await phone.post('Where am I?', { tools }).response
    await phone.post('Never mind.').response
    for (const late of [
      [tool('here')],
      [user('Where am I?'), tool('here')],
      [tool('here', { tool_call_id: 'call_l' })],
    ]) {
      const response = await phone.postMessages(late).response
      assert.equal(response.status, 409)
      assert.match(response.error ?? '', /no open call/)
    }
    await phone.post('And?').response
    assert.deepEqual(linesOf(model.lastMessages()), [
      'user: Where am I?',
      'assistant: ',
      'tool: No result: the user went on before the device answered.',
      'user: Never mind.',
      'assistant: Next.',
      'user: And?',
    ])
  })

  test('results without a call are refused with 409, and create no conversation', async () => {
    const { phone, model } = world().talk()
    assert.equal((await phone.postMessages([tool('here')]).response).status, 409)
    assert.equal((await phone.postMessages([user('Hi'), tool('here')]).response).status, 409)
    model.replies(says('Hi.'), says('Hi.'))
    await phone.post('Hello').response
    assert.equal((await phone.postMessages([tool('here')]).response).status, 409)
    await phone.post('Hello again').response
    assert.deepEqual(linesOf(model.lastMessages()), ['user: Hello', 'assistant: Hi.', 'user: Hello again'])
  })

  test('results that are posted twice are stored once, and run nothing twice', async () => {
    for (const again of [[tool('here')], [user('Where am I?'), tool('here')]]) {
      const { phone, model } = world().talk()
      model.replies(asksOne, says('There.'), says('Bye.'))
      await phone.post('Where am I?', { tools }).response
      assert.equal((await phone.postMessages(again).response).text, 'There.')
      assert.equal((await phone.postMessages(again).response).status, 409)
      assert.equal(model.prompts.length, 2)
      await phone.post('Bye').response
      assert.deepEqual(linesOf(model.lastMessages()), [
        'user: Where am I?',
        'assistant: ',
        'tool: here',
        'assistant: There.',
        'user: Bye',
      ])
    }
  })

  test('a turn goes on once with the same results sent at the same time', async () => {
    const { phone, model } = world().talk()
    model.replies(asksOne, says('There.'))
    await phone.post('Where am I?', { tools }).response
    const both = [1, 2, 3].map(() => phone.postMessages([tool('here')]).response)
    const statuses = (await Promise.all(both)).map(({ status }) => status)
    assert.deepEqual(statuses.sort(), [200, 409, 409])
    assert.equal(model.prompts.length, 2)
  })

  test('the response to known results alone, while a call is open, is that call again', async () => {
    const { phone, model } = world().talk()
    model.replies(asksOne, says(calls([{ name: 'get_battery', arguments: {} }])), says('Fine.'))
    const prompt = user('Where am I, and how long will it last?')
    await phone.postMessages([prompt], { tools }).response
    const first = await phone.postMessages([prompt, tool('here')], { tools }).response
    assert.deepEqual(
      first.calls.map(({ name }) => name),
      ['get_battery'],
    )
    const again = await phone.postMessages([prompt, tool('here')], { tools }).response
    assert.deepEqual(
      again.calls.map(({ name, arguments: args }) => [name, args]),
      [['get_battery', {}]],
    )
    assert.equal(model.prompts.length, 2)
    assert.equal(
      (await phone.postMessages([prompt, tool('here'), tool('80 %')], { tools }).response).text,
      'Fine.',
    )
    assert.deepEqual(linesOf(model.lastMessages()).slice(1), [
      'assistant: ',
      'tool: here',
      'assistant: ',
      'tool: 80 %',
    ])
  })

  test('results with ids may come in parts and in any order, and the turn goes on once, with the last', async () => {
    const { phone, model } = world().talk()
    model.replies(asksBoth, says('Thanks.'))
    await phone.post('Both?', { tools }).response
    const part = await phone.postMessages([tool('80 %', { tool_call_id: 'call_b' })]).response
    assert.equal(part.status, 200)
    assert.deepEqual([part.text, part.calls], ['', []])
    assert.equal(model.prompts.length, 1)
    const rest = await phone.postMessages([tool('here', { tool_call_id: 'call_l' })]).response
    assert.equal(rest.text, 'Thanks.')
    assert.deepEqual(linesOf(model.lastMessages()).slice(2), ['tool: here', 'tool: 80 %'])
  })

  test('results with names go to the calls of these names, in any order', async () => {
    const { phone, model } = world().talk()
    model.replies(asksBoth, says('Thanks.'))
    await phone.post('Both?', { tools }).response
    const named = [tool('80 %', { tool_name: 'get_battery' }), tool('here', { tool_name: 'get_location' })]
    assert.equal((await phone.postMessages(named).response).text, 'Thanks.')
    assert.deepEqual(linesOf(model.lastMessages()).slice(2), ['tool: here', 'tool: 80 %'])
  })

  test('an id or a name of no open call is refused with 409, and nothing of that POST is stored', async () => {
    const { phone, model } = world().talk()
    model.replies(asksBoth, says('Thanks.'))
    await phone.post('Both?', { tools }).response
    for (const wrong of [
      [tool('here', { tool_call_id: 'call_l' }), tool('?', { tool_call_id: 'call_x' })],
      [tool('here', { tool_name: 'get_lost' })],
      [tool('1'), tool('2'), tool('3')],
    ])
      assert.equal((await phone.postMessages(wrong).response).status, 409)
    assert.equal((await phone.postMessages([tool('there'), tool('70 %')]).response).text, 'Thanks.')
    assert.deepEqual(linesOf(model.lastMessages()).slice(2), ['tool: there', 'tool: 70 %'])
  })

  test('the same text twice in a row on purpose is two prompts', async () => {
    const { phone, model } = world().talk()
    model.replies(says('One.'), says('Two.'))
    assert.equal((await phone.prompt('Again!')).text, 'One.')
    assert.equal((await phone.prompt('Again!')).text, 'Two.')
    assert.deepEqual(linesOf(model.lastMessages()), ['user: Again!', 'assistant: One.', 'user: Again!'])
  })

  test('the same text again instead of the result is a new prompt too', async () => {
    const { phone, model } = world().talk()
    model.replies(asksOne, asksOne, says('There.'))
    await phone.post('Where am I?', { tools }).response
    await phone.post('Where am I?').response
    assert.equal((await phone.postMessages([user('Where am I?'), tool('here')]).response).text, 'There.')
    assert.deepEqual(linesOf(model.lastMessages()), [
      'user: Where am I?',
      'assistant: ',
      'tool: No result: the user went on before the device answered.',
      'user: Where am I?',
      'assistant: ',
      'tool: here',
    ])
  })

  test('two results with the same text are of two calls', async () => {
    const { phone, model } = world().talk()
    model.replies(asksOne, asksOne, says('Still there.'))
    const prompt = user('Where am I, now and then?')
    await phone.postMessages([prompt], { tools }).response
    await phone.postMessages([prompt, tool('here')]).response
    assert.equal(
      (await phone.postMessages([prompt, tool('here'), tool('here')]).response).text,
      'Still there.',
    )
    assert.equal(linesOf(model.lastMessages()).filter((line) => line === 'tool: here').length, 2)
  })

  test('a history of a client is in the prompt as it is', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Indeed.'))
    await phone.postMessages([
      user('How warm?'),
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'call_1', function: { index: 0, name: 'thermometer', arguments: { at: 1 } } }],
      },
      tool('51', { tool_call_id: 'call_1', tool_name: 'thermometer' }),
      { role: 'assistant', content: 'It is 51.', thinking: 'Easy.' },
      user('Really?'),
    ]).response
    assert.deepEqual(model.lastMessages(), [
      user('How warm?'),
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'call_1', function: { index: 0, name: 'thermometer', arguments: { at: 1 } } }],
      },
      tool('51', { tool_name: 'thermometer', tool_call_id: 'call_1' }),
      { role: 'assistant', content: 'It is 51.', thinking: 'Easy.' },
      user('Really?'),
    ])
  })
}
