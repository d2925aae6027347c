import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calls, done, pauses, says, sends, text } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'

/** Limits that are soon reached, and not so soon that a slow machine reaches them by itself. */
export const tightLimits = {
  CHATTERD_TOOL_TIMEOUT: '1s',
  CHATTERD_FIRST_TOKEN_TIMEOUT: '2s',
  CHATTERD_SILENCE_TIMEOUT: '2s',
  CHATTERD_BUSY_WAIT: '500ms',
  CHATTERD_BUSY_QUEUE: '1',
  CHATTERD_KEEP_ALIVE: '100ms',
  CHATTERD_MAX_STEPS: '3',
  CHATTERD_MAX_CALLS: '2',
  CHATTERD_MAX_ANSWER: '64KiB',
  CHATTERD_MAX_BODY: '64KiB',
  CHATTERD_MAX_MESSAGES: '5',
  CHATTERD_MAX_TOOLS: '3',
  CHATTERD_MAX_TURNS: '20',
  CHATTERD_TURN_TIMEOUT: '3s',
}

const cold = { name: 'get_weather', arguments: { latitude: '1', longitude: '2' } }

/** What happens at the bounds: always a message, never silence. */
export function limits(world: () => World): void {
  const contentOf = ({ content }: { content: string }) => content

  for (const [latitude, trouble, message] of [
    ['61', 'refuses', /^get_weather failed: .*status 400: the place is odd/],
    ['62', 'is broken', /^get_weather failed: .*status 500/],
    ['63', 'hangs', /^get_weather (failed|gave no result within 1 s)/],
  ] as const) {
    test(`where the weather service ${trouble}, the model reads why and answers`, async () => {
      world().openMeteo.troubles(latitude, trouble)
      const { phone, model } = world().talk()
      model.replies(
        says(calls([{ name: 'get_weather', arguments: { latitude, longitude: '5' } }])),
        says('I could not look.'),
      )
      const { last, text: said } = await phone.prompt('How warm is it?')
      assert.deepEqual([last.error, said], [undefined, 'I could not look.'])
      assert.match(model.lastMessages().at(-1)?.content ?? '', message)
    })
  }

  test('a model that calls tools without end is stopped after so many steps, with a message', async () => {
    const { phone, model } = world().talk()
    const again = says('Again. ', calls([cold]))
    model.replies(again, again, again, says('Sorry.'))
    const { last, text: said } = await phone.prompt('How warm is it?')
    assert.equal(said, 'Again. Again. Again. ')
    assert.match(last.error ?? '', /went on calling tools.*3 steps.*CHATTERD_MAX_STEPS/)
    assert.equal(model.prompts.length, 3)
    assert.equal((await phone.prompt('What was that?')).text, 'Sorry.')
    assert.equal(model.lastMessages().filter(({ role }) => role === 'tool').length, 3)
  })

  test('a reply with too many calls is stopped, with a message', async () => {
    const { phone, model } = world().talk()
    model.replies(says(calls([cold, cold, cold])), says('Sorry.'))
    const { last } = await phone.prompt('How warm is it?')
    assert.match(last.error ?? '', /CHATTERD_MAX_CALLS/)
    assert.equal((await phone.prompt('What?')).text, 'Sorry.')
  })

  test('an answer that is too long is stopped, with a message, and the engine with it [bounded-memory]', async () => {
    const { phone, model } = world().talk()
    const long = text('x'.repeat(40 * 1024))
    model.replies(pauses([long, long], new Promise(() => {}), []), says('Sorry.'))
    const { last } = await phone.prompt('Talk.')
    assert.match(last.error ?? '', /CHATTERD_MAX_ANSWER/)
    await (await model.prompt(0)).closed
    assert.equal((await phone.prompt('What?')).text, 'Sorry.')
  })

  test('results that come while a resident tool runs wait for it, and the turn goes on once', async () => {
    world().openMeteo.troubles('64', 'hangs')
    const { phone, model } = world().talk()
    const hanging = { name: 'get_weather', arguments: { latitude: '64', longitude: '0' } }
    model.replies(says(calls([hanging, { name: 'get_location', arguments: {} }])), says('So.'))
    const tools = [{ type: 'function', function: { name: 'get_location' } }]
    const first = phone.post('Where, and how warm?', { tools })
    await first.event(0)
    const [called, response] = await Promise.all([
      first.response,
      phone.postMessages([{ role: 'tool', content: 'here' }]).response,
    ])
    assert.deepEqual(
      called.events.map(({ event, done: ended }) => [event, ended]),
      [
        ['tool_calls', false],
        ['message', true],
      ],
    )
    assert.equal(response.text, 'So.')
    const [failed, here] = model.lastMessages().slice(2).map(contentOf)
    assert.match(failed ?? '', /^get_weather/)
    assert.equal(here, 'here')
    assert.equal(model.prompts.length, 2)
  })

  test('what is too large, or too much, is refused and leaves no trace [no-trace]', async () => {
    const { phone, model } = world().talk()
    const user = { role: 'user', content: 'Hi' }
    const tool = (name: string) => ({ type: 'function', function: { name } })
    const large = await phone.post('x'.repeat(70_000)).response
    assert.deepEqual([large.status, large.contentType], [413, 'application/json; charset=utf-8'])
    assert.match(large.error ?? '', /65536 bytes \(setting CHATTERD_MAX_BODY\)/)
    const many = await phone.postMessages([user, user, user, user, user, user]).response
    assert.deepEqual([many.status, /6 messages; 5 are allowed/.test(many.error ?? '')], [422, true])
    const tools = await phone.post('Hi', { tools: ['a', 'b', 'c', 'd'].map(tool) }).response
    assert.deepEqual([tools.status, /4 tools; 3 are allowed/.test(tools.error ?? '')], [422, true])
    model.replies(says('Ok.'), says('Ok.'))
    await phone.post('Well', { tools: ['a', 'b', 'c'].map(tool) }).response
    const more = await phone.post('More', { tools: [tool('d')] }).response
    assert.deepEqual([more.status, /4 device tools; 3 are allowed/.test(more.error ?? '')], [422, true])
    await phone.post('Fine').response
    assert.deepEqual(model.lastMessages().map(contentOf), ['Well', 'Ok.', 'Fine'])
  })

  test('results cannot bring more device tools than a conversation may have', async () => {
    const { phone, model } = world().talk()
    const tool = (name: string) => ({ type: 'function', function: { name } })
    model.replies(sends([calls([{ name: 'a', arguments: {} }]), done()]), says('Ok.'), says('Ok.'))
    await phone.post('Well', { tools: ['a', 'b', 'c'].map(tool) }).response
    const result = { role: 'tool', content: 'here' }
    const more = await phone.postMessages([result], { tools: [tool('d')] }).response
    assert.equal(more.status, 422)
    assert.equal((await phone.postMessages([result]).response).text, 'Ok.')
  })
}
