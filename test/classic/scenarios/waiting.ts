import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChatScript } from '../../support/stand-ins/ollama.ts'
import { done, hangs, pauses, says, text } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'
import { tightLimits } from './limits.ts'

const contentOf = ({ content }: { content: string }) => content

/** Engines that are slow and conversations that are busy, with the tight limits. */
export function waiting(world: () => World): void {
  test('comments are sent during silence, and phones skip them', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('Hm')], gate.promise, [text('!'), done()]))
    const posting = phone.post('Think.')
    await posting.event(0)
    await posting.comments(2)
    gate.resolve()
    const response = await posting.response
    assert.equal(response.text, 'Hm!')
    assert.ok(response.raw.includes('\n\n: keep-alive\n\n'))
  })

  test('while an engine loads comments are sent, before its first line', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(async (response, prompt) => {
      await gate.promise
      return says('At last.')(response, prompt)
    })
    const posting = phone.post('Hello?')
    await posting.comments(1)
    gate.resolve()
    assert.equal((await posting.response).text, 'At last.')
  })

  test('an engine that never begins ends the stream with an error event', async () => {
    const { phone, model } = world().talk()
    model.replies(hangs(), says('Sorry.'))
    const { last } = await phone.prompt('Hello?')
    assert.deepEqual([last.status, last.text], [200, ''])
    assert.match(last.error ?? '', /sent nothing within 2 s/)
    await (await model.prompt(0)).closed
    assert.equal((await phone.prompt('And now?')).text, 'Sorry.')
  })

  test('an engine that falls silent in the middle ends the turn, and its text is kept', async () => {
    const { phone, model } = world().talk()
    model.replies(hangs([text('Once ')]), says('Sorry.'))
    const { last } = await phone.prompt('Hello?')
    assert.equal(last.text, 'Once ')
    assert.match(last.error ?? '', /fell silent/)
    await (await model.prompt(0)).closed
    assert.equal((await phone.prompt('And now?')).text, 'Sorry.')
    assert.deepEqual(model.lastMessages().map(contentOf), ['Hello?', 'Once ', 'And now?'])
  })

  test('a prompt that has waited too long for its conversation is refused with 409, and one too many at once', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(speaks(gate.promise), says('Go on.'))
    const first = phone.post('One')
    await first.event(0)
    const waiting = [phone.post('Two').response, phone.post('Three').response]
    const statuses = (await Promise.all(waiting)).map((response) => [response.status, response.error])
    assert.deepEqual(
      statuses.map(([status]) => status),
      [409, 409],
    )
    const sorted = statuses.map(([, error]) => String(error)).sort()
    assert.match(sorted[0] ?? '', /still busy after 500 ms/)
    assert.match(sorted[1] ?? '', /1 requests wait for it already/)
    gate.resolve()
    await first.response
    assert.equal((await phone.prompt('Four')).text, 'Go on.')
    assert.deepEqual(
      model
        .lastMessages()
        .filter(({ role }) => role === 'user')
        .map(contentOf),
      ['One', 'Four'],
    )
  })

  test('a turn that does not end is ended, with a message, and its text is kept', async () => {
    const { phone, model } = world().talk()
    model.replies(speaks(new Promise(() => {})), says('Sorry.'))
    const { last, text: said } = await phone.prompt('Count to infinity.')
    assert.match(last.error ?? '', /without coming to an end \(setting CHATTERD_TURN_TIMEOUT\)/)
    await (await model.prompt(0)).closed
    await phone.prompt('What?')
    assert.equal(model.lastMessages()[1]?.content, said)
  })
}

/** With the tight limits, and no other turn beside these. */
export function turnsAtOnce(world: () => World): void {
  test('more turns than may run at once are refused with 429 and Retry-After', async () => {
    const gate = Promise.withResolvers<void>()
    const talks = Array.from({ length: Number(tightLimits.CHATTERD_MAX_TURNS) }, () => world().talk())
    const running = talks.map(({ phone, model }) => {
      model.replies(speaks(gate.promise))
      return phone.post('Speak.')
    })
    for (const posting of running) await posting.event(0)
    const { phone, model } = world().talk()
    const { status, error, headers } = await phone.post('Me too.').response
    assert.equal(status, 429)
    assert.match(error ?? '', /CHATTERD_MAX_TURNS/)
    assert.equal(headers['retry-after'], '1')
    gate.resolve()
    for (const posting of running) await posting.response
    model.replies(says('Here.'))
    assert.equal((await phone.prompt('Now?')).text, 'Here.')
    assert.deepEqual(model.lastMessages().map(contentOf), ['Now?'])
  })
}

/** Says a word at times, so that it is not given up as silent, until the gate opens. */
function speaks(gate: Promise<unknown>): ChatScript {
  return async (response, prompt) => {
    response.writeHead(200)
    const word = () => response.write(`${text('.')(prompt)}\n`)
    word()
    const speaking = setInterval(word, 50)
    await Promise.race([gate, prompt.closed])
    clearInterval(speaking)
    response.end(`${done()(prompt)}\n`)
  }
}
