import assert from 'node:assert/strict'
import { test } from 'node:test'
import { get } from '../../support/clients/classic/post.ts'
import { calls, deviceTool, done, pauses, says, text } from '../../support/stand-ins/ollama-answers.ts'
import type { World } from '../world.ts'

/** Phones that go away, and prompts that meet. */
export function leavingAndMeeting(world: () => World): void {
  test('the answer to a phone that leaves in the middle is finished and stored', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.answers(pauses([text('Once ')], gate.promise, [text('upon a time.'), done()]), says('Good.'))
    const posting = phone.post('Tell me a story.')
    await posting.event(0)
    posting.leave()
    await assert.rejects(posting.answer)
    const next = phone.post('How was it?')
    gate.resolve()
    assert.equal((await next.answer).text, 'Good.')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['Tell me a story.', 'Once upon a time.', 'How was it?'],
    )
  })

  test('tools are run here and the answer is finished for a phone that has left before them', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    const call = calls([{ name: 'get_weather', arguments: { latitude: '3', longitude: '4' } }])
    model.answers(pauses([text('Wait. ')], gate.promise, [call, done()]), says('51.3ºF.'), says('Yes.'))
    const posting = phone.post('How warm is it?')
    await posting.event(0)
    posting.leave()
    gate.resolve()
    await model.prompt(1)
    assert.equal((await phone.prompt('Did you look?')).text, 'Yes.')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['How warm is it?', 'Wait. ', 'Weather at lat: 3, lon: 4 is 51.3ºF', '51.3ºF.', 'Did you look?'],
    )
  })

  test('a phone that left before the call of its device is asked for it by posting again', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    const call = calls([{ name: 'get_location', arguments: {} }])
    model.answers(pauses([text('Wait. ')], gate.promise, [call, done()]), says('There.'))
    const posting = phone.post('Where am I?', { tools: [deviceTool('get_location')] })
    await posting.event(0)
    posting.leave()
    const result = phone.postMessages([{ role: 'tool', content: 'here' }])
    assert.equal((await result.answer).status, 409, 'the call is not asked for yet')
    gate.resolve()
    await model.prompt(0).then(({ closed }) => closed)
    const answer = await retryWhile409(() => phone.postMessages([{ role: 'tool', content: 'here' }]).answer)
    assert.equal(answer.text, 'There.')
  })

  test('a prompt that comes while another runs waits its turn, and the order is kept', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.answers(pauses([text('First.')], gate.promise, [done()]), says('Second.'), says('Third.'))
    const first = phone.post('One')
    await first.event(0)
    const second = phone.post('Two')
    const third = second.answer.then(() => phone.prompt('Three'))
    gate.resolve()
    assert.deepEqual([(await first.answer).text, (await second.answer).text], ['First.', 'Second.'])
    assert.equal((await third).text, 'Third.')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['One', 'First.', 'Two', 'Second.', 'Three'],
    )
  })

  test('prompts that wait are answered in the order in which they came', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    const names = ['Two', 'Three', 'Four', 'Five']
    model.answers(pauses([text('First.')], gate.promise, [done()]), ...names.map(() => says('Next.')))
    const first = phone.post('One')
    await first.event(0)
    const waiting: Promise<unknown>[] = []
    for (const name of names) {
      waiting.push(phone.post(name).answer)
      // A round trip later, the server has taken in what was sent before it.
      await get(`${world().url}/healthz`)
    }
    gate.resolve()
    await Promise.all(waiting)
    const asked = model.lastMessages().filter(({ role }) => role === 'user')
    assert.deepEqual(
      asked.map(({ content }) => content),
      ['One', ...names],
    )
  })

  test('a phone that leaves while it waits its turn leaves no trace', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.answers(pauses([text('First.')], gate.promise, [done()]), says('Third.'))
    const first = phone.post('One')
    await first.event(0)
    const second = phone.post('Two')
    second.leave()
    await assert.rejects(second.answer)
    const third = phone.post('Three')
    gate.resolve()
    await first.answer
    assert.equal((await third.answer).text, 'Third.')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['One', 'First.', 'Three'],
    )
  })

  test('conversations do not wait for each other', async () => {
    const one = world().talk()
    const other = world().talk()
    const gate = Promise.withResolvers<void>()
    one.model.answers(pauses([text('Slow')], gate.promise, [done()]))
    other.model.answers(says('Quick.'))
    const slow = one.phone.post('One')
    await slow.event(0)
    assert.equal((await other.phone.prompt('Two')).text, 'Quick.')
    gate.resolve()
    await slow.answer
  })

  test('/llmprep empties a conversation, its device tools too, and starts it with its system messages', async () => {
    const { phone, model } = world().talk()
    model.answers(says('Hi.'), says('Arr.'), says('Hi.'))
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
    model.answers(says(calls([{ name: 'get_location', arguments: {} }])), says('Arr.'))
    await phone.post('Where am I?', { tools: [deviceTool('get_location')] }).answer
    assert.equal((await phone.prepare('You are a pirate.')).status, 200)
    assert.equal((await phone.postMessages([{ role: 'tool', content: 'here' }]).answer).status, 409)
    await phone.prompt('Hello')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['You are a pirate.', 'Hello'],
    )
  })

  test('/llmprep while a prompt runs ends its stream with an error and the engine’s work', async () => {
    const { phone, model } = world().talk()
    model.answers(pauses([text('Once ')], new Promise(() => {}), []), says('Arr.'))
    const running = phone.post('Tell me a story.')
    await running.event(0)
    assert.equal((await phone.prepare('You are a pirate.')).status, 200)
    const answer = await running.answer
    assert.deepEqual([answer.text, answer.error], ['Once ', 'The conversation was emptied.'])
    await (await model.prompt(0)).closed
    await phone.prompt('Hello')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['You are a pirate.', 'Hello'],
    )
  })
}

/** Posts until the call that it answers is open: the phone that left cannot know when. */
async function retryWhile409<Answer extends { status: number }>(
  post: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const answer = await post()
    if (answer.status !== 409) return answer
  }
}
