import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PromptMessage } from '../../../src/turn/ports/engine.ts'
import { calls, deviceTool, says } from '../../support/stand-ins/ollama-answers.ts'
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

function told(messages: PromptMessage[]): string[] {
  return messages.map(({ role, content }) => `${role}: ${content}`)
}

/** Results that come late, twice, in parts, or never. */
export function results(world: () => World): void {
  test('results after the user has moved on are refused with 409 and change nothing', async () => {
    const { phone, model } = world().talk()
    model.answers(asksOne, says('Next.'), says('Last.'))
    await phone.post('Where am I?', { tools }).answer
    await phone.post('Never mind.').answer
    for (const late of [
      [tool('here')],
      [user('Where am I?'), tool('here')],
      [tool('here', { tool_call_id: 'call_l' })],
    ]) {
      const answer = await phone.postMessages(late).answer
      assert.equal(answer.status, 409)
      assert.match(answer.error ?? '', /no open call/)
    }
    await phone.post('And?').answer
    assert.deepEqual(told(model.lastMessages()), [
      'user: Where am I?',
      'assistant: ',
      'tool: No result: the user went on before the device answered.',
      'user: Never mind.',
      'assistant: Next.',
      'user: And?',
    ])
  })

  test('results that nobody asked for are refused with 409, and leave no conversation behind', async () => {
    const { phone, model } = world().talk()
    assert.equal((await phone.postMessages([tool('here')]).answer).status, 409)
    assert.equal((await phone.postMessages([user('Hi'), tool('here')]).answer).status, 409)
    model.answers(says('Hi.'), says('Hi.'))
    await phone.post('Hello').answer
    assert.equal((await phone.postMessages([tool('here')]).answer).status, 409)
    await phone.post('Hello again').answer
    assert.deepEqual(told(model.lastMessages()), ['user: Hello', 'assistant: Hi.', 'user: Hello again'])
  })

  test('results that are posted twice are stored once, and run nothing twice', async () => {
    for (const again of [[tool('here')], [user('Where am I?'), tool('here')]]) {
      const { phone, model } = world().talk()
      model.answers(asksOne, says('There.'), says('Bye.'))
      await phone.post('Where am I?', { tools }).answer
      assert.equal((await phone.postMessages(again).answer).text, 'There.')
      assert.equal((await phone.postMessages(again).answer).status, 409)
      assert.equal(model.prompts.length, 2)
      await phone.post('Bye').answer
      assert.deepEqual(told(model.lastMessages()), [
        'user: Where am I?',
        'assistant: ',
        'tool: here',
        'assistant: There.',
        'user: Bye',
      ])
    }
  })

  test('the same results sent at the same time go on once', async () => {
    const { phone, model } = world().talk()
    model.answers(asksOne, says('There.'))
    await phone.post('Where am I?', { tools }).answer
    const both = [1, 2, 3].map(() => phone.postMessages([tool('here')]).answer)
    const statuses = (await Promise.all(both)).map(({ status }) => status)
    assert.deepEqual(statuses.sort(), [200, 409, 409])
    assert.equal(model.prompts.length, 2)
  })

  test('known results alone, while a call is open, are answered with that call again', async () => {
    const { phone, model } = world().talk()
    model.answers(asksOne, says(calls([{ name: 'get_battery', arguments: {} }])), says('Fine.'))
    const prompt = user('Where am I, and how long will it last?')
    await phone.postMessages([prompt], { tools }).answer
    const first = await phone.postMessages([prompt, tool('here')], { tools }).answer
    assert.deepEqual(
      first.calls.map(({ name }) => name),
      ['get_battery'],
    )
    const again = await phone.postMessages([prompt, tool('here')], { tools }).answer
    assert.deepEqual(
      again.calls.map(({ name, arguments: args }) => [name, args]),
      [['get_battery', {}]],
    )
    assert.equal(model.prompts.length, 2)
    assert.equal(
      (await phone.postMessages([prompt, tool('here'), tool('80 %')], { tools }).answer).text,
      'Fine.',
    )
    assert.deepEqual(told(model.lastMessages()).slice(1), [
      'assistant: ',
      'tool: here',
      'assistant: ',
      'tool: 80 %',
    ])
  })

  test('results with ids come in parts and in any order, and the turn goes on once, with the last', async () => {
    const { phone, model } = world().talk()
    model.answers(asksBoth, says('Thanks.'))
    await phone.post('Both?', { tools }).answer
    const part = await phone.postMessages([tool('80 %', { tool_call_id: 'call_b' })]).answer
    assert.equal(part.status, 200)
    assert.deepEqual([part.text, part.calls], ['', []])
    assert.equal(model.prompts.length, 1)
    const rest = await phone.postMessages([tool('here', { tool_call_id: 'call_l' })]).answer
    assert.equal(rest.text, 'Thanks.')
    assert.deepEqual(told(model.lastMessages()).slice(2), ['tool: here', 'tool: 80 %'])
  })

  test('results with names answer the calls of these names, in whatever order they come', async () => {
    const { phone, model } = world().talk()
    model.answers(asksBoth, says('Thanks.'))
    await phone.post('Both?', { tools }).answer
    const named = [tool('80 %', { tool_name: 'get_battery' }), tool('here', { tool_name: 'get_location' })]
    assert.equal((await phone.postMessages(named).answer).text, 'Thanks.')
    assert.deepEqual(told(model.lastMessages()).slice(2), ['tool: here', 'tool: 80 %'])
  })

  test('an id or a name of no open call is refused with 409, and nothing of that POST is stored', async () => {
    const { phone, model } = world().talk()
    model.answers(asksBoth, says('Thanks.'))
    await phone.post('Both?', { tools }).answer
    for (const wrong of [
      [tool('here', { tool_call_id: 'call_l' }), tool('?', { tool_call_id: 'call_x' })],
      [tool('here', { tool_name: 'get_lost' })],
      [tool('1'), tool('2'), tool('3')],
    ])
      assert.equal((await phone.postMessages(wrong).answer).status, 409)
    assert.equal((await phone.postMessages([tool('there'), tool('70 %')]).answer).text, 'Thanks.')
    assert.deepEqual(told(model.lastMessages()).slice(2), ['tool: there', 'tool: 70 %'])
  })

  test('the same text twice in a row on purpose is two prompts', async () => {
    const { phone, model } = world().talk()
    model.answers(says('One.'), says('Two.'))
    assert.equal((await phone.prompt('Again!')).text, 'One.')
    assert.equal((await phone.prompt('Again!')).text, 'Two.')
    assert.deepEqual(told(model.lastMessages()), ['user: Again!', 'assistant: One.', 'user: Again!'])
  })

  test('the same text again in place of the result is a new prompt too', async () => {
    const { phone, model } = world().talk()
    model.answers(asksOne, asksOne, says('There.'))
    await phone.post('Where am I?', { tools }).answer
    await phone.post('Where am I?').answer
    assert.equal((await phone.postMessages([user('Where am I?'), tool('here')]).answer).text, 'There.')
    assert.deepEqual(told(model.lastMessages()), [
      'user: Where am I?',
      'assistant: ',
      'tool: No result: the user went on before the device answered.',
      'user: Where am I?',
      'assistant: ',
      'tool: here',
    ])
  })

  test('two results of the same words answer two calls', async () => {
    const { phone, model } = world().talk()
    model.answers(asksOne, asksOne, says('Still there.'))
    const prompt = user('Where am I, now and then?')
    await phone.postMessages([prompt], { tools }).answer
    await phone.postMessages([prompt, tool('here')]).answer
    assert.equal((await phone.postMessages([prompt, tool('here'), tool('here')]).answer).text, 'Still there.')
    assert.equal(told(model.lastMessages()).filter((line) => line === 'tool: here').length, 2)
  })

  test('a history that a client brings along is told to the model as it is', async () => {
    const { phone, model } = world().talk()
    model.answers(says('Indeed.'))
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
    ]).answer
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
