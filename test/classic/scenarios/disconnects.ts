import assert from 'node:assert/strict'
import { test } from 'node:test'
import { get } from '../../support/clients/classic/post.ts'
import { calls, deviceTool, done, pauses, says, text } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'

/** Phones that disconnect, and prompts that wait for each other. */
export function disconnectsAndQueues(world: () => World): void {
  test('the answer to a phone that disconnects in the middle is finished and stored', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('Once ')], gate.promise, [text('upon a time.'), done()]), says('Good.'))
    const posting = phone.post('Tell me a story.')
    await posting.event(0)
    posting.disconnect()
    await assert.rejects(posting.response)
    const next = phone.post('How was it?')
    gate.resolve()
    assert.equal((await next.response).text, 'Good.')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['Tell me a story.', 'Once upon a time.', 'How was it?'],
    )
  })

  test('resident tools are run and the answer is finished for a phone that has disconnected before them', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    const call = calls([{ name: 'get_weather', arguments: { latitude: '3', longitude: '4' } }])
    model.replies(pauses([text('Wait. ')], gate.promise, [call, done()]), says('51.3ºF.'), says('Yes.'))
    const posting = phone.post('How warm is it?')
    await posting.event(0)
    posting.disconnect()
    gate.resolve()
    await model.prompt(1)
    assert.equal((await phone.prompt('Did you look?')).text, 'Yes.')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['How warm is it?', 'Wait. ', 'Weather at lat: 3, lon: 4 is 51.3ºF', '51.3ºF.', 'Did you look?'],
    )
  })

  test('a phone that disconnected before the call of its tool gets it by posting again', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    const call = calls([{ name: 'get_location', arguments: {} }])
    model.replies(pauses([text('Wait. ')], gate.promise, [call, done()]), says('There.'))
    const posting = phone.post('Where am I?', { tools: [deviceTool('get_location')] })
    await posting.event(0)
    posting.disconnect()
    const result = phone.postMessages([{ role: 'tool', content: 'here' }])
    assert.equal((await result.response).status, 409, 'the call has not begun yet')
    gate.resolve()
    await model.prompt(0).then(({ closed }) => closed)
    const response = await retryWhile409(
      () => phone.postMessages([{ role: 'tool', content: 'here' }]).response,
    )
    assert.equal(response.text, 'There.')
  })

  test('a prompt that comes while another runs waits for its end', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('First.')], gate.promise, [done()]), says('Second.'), says('Third.'))
    const first = phone.post('One')
    await first.event(0)
    const second = phone.post('Two')
    const third = second.response.then(() => phone.prompt('Three'))
    gate.resolve()
    assert.deepEqual([(await first.response).text, (await second.response).text], ['First.', 'Second.'])
    assert.equal((await third).text, 'Third.')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['One', 'First.', 'Two', 'Second.', 'Three'],
    )
  })

  test('prompts that wait are answered in order of arrival', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    const names = ['Two', 'Three', 'Four', 'Five']
    model.replies(pauses([text('First.')], gate.promise, [done()]), ...names.map(() => says('Next.')))
    const first = phone.post('One')
    await first.event(0)
    const waiting: Promise<unknown>[] = []
    for (const name of names) {
      waiting.push(phone.post(name).response)
      // A round trip later, the server has taken in what was sent before it.
      await get(`${world().url}/healthz`)
    }
    gate.resolve()
    await Promise.all(waiting)
    const userMessages = model.lastMessages().filter(({ role }) => role === 'user')
    assert.deepEqual(
      userMessages.map(({ content }) => content),
      ['One', ...names],
    )
  })

  test('a phone that disconnects while its prompt waits leaves no trace', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('First.')], gate.promise, [done()]), says('Third.'))
    const first = phone.post('One')
    await first.event(0)
    const second = phone.post('Two')
    second.disconnect()
    await assert.rejects(second.response)
    const third = phone.post('Three')
    gate.resolve()
    await first.response
    assert.equal((await third.response).text, 'Third.')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['One', 'First.', 'Three'],
    )
  })

  test('conversations do not wait for each other', async () => {
    const one = world().talk()
    const other = world().talk()
    const gate = Promise.withResolvers<void>()
    one.model.replies(pauses([text('Slow')], gate.promise, [done()]))
    other.model.replies(says('Quick.'))
    const slow = one.phone.post('One')
    await slow.event(0)
    assert.equal((await other.phone.prompt('Two')).text, 'Quick.')
    gate.resolve()
    await slow.response
  })

  test('/llmprep empties a conversation, its device tools too, and starts it with its system messages', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Hi.'), says('Arr.'), says('Hi.'))
    await phone.prompt('Hello', { tools: [deviceTool('get_location')] })
    const prepared = await phone.prepare('You are a pirate.', 'Be brief.')
    assert.deepEqual([prepared.status, prepared.raw.toString()], [200, '{}'])
    await phone.prompt('Hello')
    assert.deepEqual(model.lastMessages(), [
      { role: 'system', content: 'You are a pirate.' },
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Hello' },
    ])
    assert.equal(model.lastTools().length, 1)
    await phone.prepare()
    await phone.prompt('Hello')
    assert.deepEqual(model.lastMessages(), [{ role: 'user', content: 'Hello' }])
  })

  test('/llmprep while a prompt waits for its device: late results are refused, the conversation is new', async () => {
    const { phone, model } = world().talk()
    model.replies(says(calls([{ name: 'get_location', arguments: {} }])), says('Arr.'))
    await phone.post('Where am I?', { tools: [deviceTool('get_location')] }).response
    assert.equal((await phone.prepare('You are a pirate.')).status, 200)
    assert.equal((await phone.postMessages([{ role: 'tool', content: 'here' }]).response).status, 409)
    await phone.prompt('Hello')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['You are a pirate.', 'Hello'],
    )
  })

  test('/llmprep while a prompt runs ends its stream with an error, and the engine’s work', async () => {
    const { phone, model } = world().talk()
    model.replies(pauses([text('Once ')], new Promise(() => {}), []), says('Arr.'))
    const running = phone.post('Tell me a story.')
    await running.event(0)
    assert.equal((await phone.prepare('You are a pirate.')).status, 200)
    const response = await running.response
    assert.deepEqual([response.text, response.error], ['Once ', 'The conversation was emptied.'])
    await (await model.prompt(0)).closed
    await phone.prompt('Hello')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['You are a pirate.', 'Hello'],
    )
  })
}

/** Posts until the call of its result is open: the phone that disconnected cannot know when. */
async function retryWhile409<Answer extends { status: number }>(
  post: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const response = await post()
    if (response.status !== 409) return response
  }
}
