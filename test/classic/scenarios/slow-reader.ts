import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { ChatScript } from '../../support/stand-ins/ollama.ts'
import { done, says, sends, text } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'

/** More than the sockets of both sides and the server's bound can take in. */
const lines = 600
const padding = 'x'.repeat(64 * 1024)

/** One line, and after the gate much more, of which little is text. */
export function floods(gate: Promise<void>): ChatScript {
  return async (response, prompt) => {
    const padded = `${JSON.stringify({ ...JSON.parse(text('.')(prompt)), padding })}\n`
    response.writeHead(200)
    response.write(padded)
    await gate
    for (let line = 1; line < lines; line++) if (!response.write(padded)) await once(response, 'drain')
    response.end(`${done()(prompt)}\n`)
  }
}

/** Phones that cannot keep up, and those that can. */
export function slowReader(world: () => World): void {
  test('a phone that does not read is disconnected past the bound, and its answer is finished and stored [slow-readers]', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(floods(gate.promise), says('Ok.'))
    const posting = phone.post('Flood me.')
    await posting.event(0)
    posting.stopReading()
    gate.resolve()
    assert.equal((await phone.prompt('Still there?')).text, 'Ok.')
    assert.equal(model.lastMessages()[1]?.content, '.'.repeat(lines))
    posting.readOn()
    await assert.rejects(posting.response)
  })

  test('one line that is longer than the bound reaches a phone that reads', async () => {
    const { phone, model } = world().talk()
    const long = 'All work. '.repeat(300_000)
    model.replies(sends([done({ content: long })]))
    const { last, text: said } = await phone.prompt('Write a book.', { stream: false })
    assert.equal(last.events.length, 1)
    assert.ok(said === long)
  })
}
