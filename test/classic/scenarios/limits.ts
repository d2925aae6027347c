import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calls, done, hangs, pauses, says, sends, text } from '../../stand-ins/ollama-answers.ts'
import type { World } from '../world.ts'

/** The settings that these scenarios are told of. */
export const tightLimits = {
  CHATTERD_TOOL_TIMEOUT: '150ms',
  CHATTERD_FIRST_TOKEN_TIMEOUT: '600ms',
  CHATTERD_SILENCE_TIMEOUT: '400ms',
  CHATTERD_BUSY_WAIT: '250ms',
  CHATTERD_BUSY_QUEUE: '1',
  CHATTERD_KEEP_ALIVE: '100ms',
  CHATTERD_MAX_STEPS: '3',
  CHATTERD_MAX_CALLS: '2',
  CHATTERD_MAX_ANSWER: '64KiB',
  CHATTERD_MAX_BODY: '64KiB',
  CHATTERD_MAX_MESSAGES: '5',
  CHATTERD_MAX_TOOLS: '3',
}

const cold = { name: 'get_weather', arguments: { latitude: '1', longitude: '2' } }

/** What happens at the bounds: always words, never silence. */
export function limits(world: () => World): void {
  const told = ({ content }: { content: string }) => content

  for (const [latitude, trouble, words] of [
    ['61', 'refuses', /^get_weather failed: .*status 400: the place is odd/],
    ['62', 'is broken', /^get_weather failed: .*status 500/],
    ['63', 'hangs', /^get_weather (failed|gave no result within 0\.15 s)/],
  ] as const) {
    test(`where the weather service ${trouble}, the model is told and answers`, async () => {
      world().openMeteo.troubles(latitude, trouble)
      const { phone, model } = world().talk()
      model.answers(says(calls([{ name: 'get_weather', arguments: { latitude, longitude: '5' } }])), says('I could not look.'))
      const { last, text: said } = await phone.prompt('How warm is it?')
      assert.deepEqual([last.error, said], [undefined, 'I could not look.'])
      assert.match(model.lastMessages().at(-1)?.content ?? '', words)
    })
  }

  test('a model that calls tools without end is stopped after so many steps, in words', async () => {
    const { phone, model } = world().talk()
    const again = says('Again. ', calls([cold]))
    model.answers(again, again, again, says('Sorry.'))
    const { last, text: said } = await phone.prompt('How warm is it?')
    assert.equal(said, 'Again. Again. Again. ')
    assert.match(last.error ?? '', /went on calling tools.*3 steps.*CHATTERD_MAX_STEPS/)
    assert.equal(model.prompts.length, 3)
    assert.equal((await phone.prompt('What was that?')).text, 'Sorry.')
    assert.equal(model.lastMessages().filter(({ role }) => role === 'tool').length, 3)
  })

  test('an answer with too many calls is stopped, in words', async () => {
    const { phone, model } = world().talk()
    model.answers(says(calls([cold, cold, cold])), says('Sorry.'))
    const { last } = await phone.prompt('How warm is it?')
    assert.match(last.error ?? '', /CHATTERD_MAX_CALLS/)
    assert.equal((await phone.prompt('What?')).text, 'Sorry.')
  })

  test('an answer that is too long is stopped, in words, and the engine with it', async () => {
    const { phone, model } = world().talk()
    const long = text('x'.repeat(40 * 1024))
    model.answers(pauses([long, long], new Promise(() => {}), []), says('Sorry.'))
    const { last } = await phone.prompt('Talk.')
    assert.match(last.error ?? '', /CHATTERD_MAX_ANSWER/)
    await (await model.prompt(0)).closed
    assert.equal((await phone.prompt('What?')).text, 'Sorry.')
  })

  test('silence is broken with comments, which phones skip', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.answers(pauses([text('Hm')], gate.promise, [text('!'), done()]))
    const posting = phone.post('Think.')
    await posting.event(0)
    await posting.comments(2)
    gate.resolve()
    const answer = await posting.answer
    assert.equal(answer.text, 'Hm!')
    assert.ok(answer.raw.includes('\n\n: keep-alive\n\n'))
  })

  test('an engine that is still loading is waited for with comments, before any word of it', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.answers(async (response, prompt) => {
      await gate.promise
      return says('At last.')(response, prompt)
    })
    const posting = phone.post('Hello?')
    await posting.comments(1)
    gate.resolve()
    assert.equal((await posting.answer).text, 'At last.')
  })

  test('an engine that never begins is given up with an error event once the stream is open', async () => {
    const { phone, model } = world().talk()
    model.answers(hangs(), says('Sorry.'))
    const { last } = await phone.prompt('Hello?')
    assert.deepEqual([last.status, last.text], [200, ''])
    assert.match(last.error ?? '', /sent nothing within 600 ms/)
    await (await model.prompt(0)).closed
    assert.equal((await phone.prompt('And now?')).text, 'Sorry.')
  })

  test('an engine that falls silent in the middle is given up, and what came is kept', async () => {
    const { phone, model } = world().talk()
    model.answers(hangs([text('Once ')]), says('Sorry.'))
    const { last } = await phone.prompt('Hello?')
    assert.equal(last.text, 'Once ')
    assert.match(last.error ?? '', /fell silent/)
    await (await model.prompt(0)).closed
    assert.equal((await phone.prompt('And now?')).text, 'Sorry.')
    assert.deepEqual(model.lastMessages().map(told), ['Hello?', 'Once ', 'And now?'])
  })

  test('a prompt that has waited too long for its conversation is refused with 409, one too many at once', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    const words = setInterval(() => undefined, 1_000)
    model.answers(async (response, prompt) => {
      response.writeHead(200)
      // Words at times, so that it is not given up as silent.
      const speaking = setInterval(() => response.write(`${text('.')(prompt)}\n`), 50)
      await gate.promise
      clearInterval(speaking)
      response.end(`${done()(prompt)}\n`)
    }, says('Go on.'))
    const first = phone.post('One')
    await first.event(0)
    const waiting = [phone.post('Two').answer, phone.post('Three').answer]
    const statuses = (await Promise.all(waiting)).map((answer) => [answer.status, answer.error])
    assert.deepEqual(statuses.map(([status]) => status), [409, 409])
    const sorted = statuses.map(([, error]) => String(error)).sort()
    assert.match(sorted[0] ?? '', /1 requests wait for it already/)
    assert.match(sorted[1] ?? '', /still busy after 250 ms/)
    gate.resolve()
    clearInterval(words)
    await first.answer
    assert.equal((await phone.prompt('Four')).text, 'Go on.')
    assert.deepEqual(
      model.lastMessages().filter(({ role }) => role === 'user').map(told),
      ['One', 'Four'],
    )
  })

  test('what is too large, or too much, is refused and leaves no trace', async () => {
    const { phone, model } = world().talk()
    const user = { role: 'user', content: 'Hi' }
    const tool = (name: string) => ({ type: 'function', function: { name } })
    const large = await phone.post('x'.repeat(70_000)).answer
    assert.deepEqual([large.status, large.contentType], [413, 'application/json; charset=utf-8'])
    assert.match(large.error ?? '', /too large \(setting CHATTERD_MAX_BODY\)/)
    const many = await phone.postMessages([user, user, user, user, user, user]).answer
    assert.deepEqual([many.status, /6 messages; 5 are allowed/.test(many.error ?? '')], [422, true])
    const tools = await phone.post('Hi', { tools: ['a', 'b', 'c', 'd'].map(tool) }).answer
    assert.deepEqual([tools.status, /4 tools; 3 are allowed/.test(tools.error ?? '')], [422, true])
    model.answers(says('Ok.'), says('Ok.'))
    await phone.post('Well', { tools: ['a', 'b', 'c'].map(tool) }).answer
    const more = await phone.post('More', { tools: [tool('d')] }).answer
    assert.deepEqual([more.status, /4 device tools; 3 are allowed/.test(more.error ?? '')], [422, true])
    await phone.post('Fine').answer
    assert.deepEqual(model.lastMessages().map(told), ['Well', 'Ok.', 'Fine'])
  })

  test('results cannot bring more device tools than a conversation may have', async () => {
    const { phone, model } = world().talk()
    const tool = (name: string) => ({ type: 'function', function: { name } })
    model.answers(sends([calls([{ name: 'a', arguments: {} }]), done()]), says('Ok.'), says('Ok.'))
    await phone.post('Well', { tools: ['a', 'b', 'c'].map(tool) }).answer
    const result = { role: 'tool', content: 'here' }
    const more = await phone.postMessages([result], { tools: [tool('d')] }).answer
    assert.equal(more.status, 422)
    assert.equal((await phone.postMessages([result]).answer).text, 'Ok.')
  })
}
