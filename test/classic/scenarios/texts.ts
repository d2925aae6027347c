import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../src/protocol/json.ts'
import { recording } from '../../support/ollama/recordings.ts'
import { bytes, done, message, replays, says, sends, text } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'

const odd: [what: string, content: string][] = [
  ['spaces, tabs and empty lines', '  def f():\n\n\treturn  1 \n\n\n| a |  b |\n'],
  ['CR and CRLF', 'one\r\ntwo\rthree\n\r'],
  ['emoji and marks', '👩‍👩‍👧 e\u0301 ﷽ 中文 🇩🇪'],
  ['line separators', 'a\u2028b\u2029c\u0085d'],
  ['NUL and controls', 'a\u0000b\u0001\u001b[31m\u007f'],
  ['what looks like a stream', 'data: x\n\nevent: error\ndata: {"error":"no"}\n\n: c'],
  ['what looks like an escape', '\\u0000 \\n \\" </script> \ufeff'],
  ['half a surrogate pair', 'x\ud83dy'],
]

/** Texts come out as they went in, byte for byte, on the stream and in the log. */
export function texts(world: () => World): void {
  for (const [what, content] of odd) {
    test(`${what} pass through unchanged, from the phone and from the model`, async () => {
      const { phone, model } = world().talk()
      model.replies(says(content, content), says('Yes.'))
      const { text: said, last } = await phone.prompt(content)
      assert.equal(said, content + content)
      assert.equal(last.events[0]?.data, text(content)({ body: { model: model.name, messages: [] } }))
      await phone.prompt('Did you keep it?')
      assert.deepEqual(model.lastMessages(), [
        { role: 'user', content },
        { role: 'assistant', content: content + content },
        { role: 'user', content: 'Did you keep it?' },
      ])
    })
  }

  test('the lines of the engine are sent byte for byte, however they are written', async () => {
    const { phone, model } = world().talk()
    const odd =
      '{ "message" : {"content":"\\u00e9\\/é","role":"assistant"}, "x":1.0, "model":"m" ,"done":false}'
    const end =
      '{"done":true,"message":{"role":"assistant","content":""},"model":"m","total_duration":1e3,"new":null}'
    model.replies(sends([bytes(odd), bytes(''), bytes(end)]))
    const { last } = await phone.prompt('Hi')
    assert.deepEqual(
      last.events.map(({ data }) => data),
      [odd, end],
    )
    assert.equal(last.contentType, 'text/event-stream')
    assert.equal(last.raw.toString(), `data: ${odd}\n\ndata: ${end}\n\n`)
  })

  test('a carriage return between the tokens of a line is left out, because it would end the line', async () => {
    const { phone, model } = world().talk()
    model.replies(sends([bytes('{"model":"m",\r"message":{"role":"assistant","content":"a\\rb"}}'), done()]))
    const { text: said, last } = await phone.prompt('Hi')
    assert.equal(said, 'a\rb')
    assert.equal(last.events[0]?.data, '{"model":"m","message":{"role":"assistant","content":"a\\rb"}}')
  })

  test('every line of a recorded reply is sent as it was recorded', async () => {
    for (const name of ['text', 'thinking', 'text-length', 'structured']) {
      const { phone, model } = world().talk()
      model.replies(replays(name), says('Yes.'))
      const { last, text: said } = await phone.prompt('Hi')
      const lines = recording(name).answer.toString().trimEnd().split('\n')
      assert.deepEqual(
        last.events.map(({ data }) => data),
        lines,
      )
      await phone.prompt('Did you keep it?')
      const [, kept] = model.lastMessages()
      assert.equal(kept?.content, said)
      assert.equal(kept?.thinking ?? '', last.thinking)
    }
  })

  test('thinking is streamed apart from the text, and both are in the next prompt', async () => {
    const { phone, model } = world().talk()
    model.replies(
      says(message({ thinking: 'Hm.\n' }), message({ thinking: 'Ah ', content: 'So: ' }), 'yes'),
      says('Ok.'),
    )
    const { last, text: said } = await phone.prompt('Well?')
    assert.deepEqual([last.thinking, said], ['Hm.\nAh ', 'So: yes'])
    await phone.prompt('Sure?')
    assert.deepEqual(model.lastMessages()[1], { role: 'assistant', content: 'So: yes', thinking: 'Hm.\nAh ' })
  })

  test('text in the last line is sent and stored', async () => {
    const { phone, model } = world().talk()
    model.replies(sends([text('All '), done({ content: 'of it.' })]), says('Ok.'))
    assert.equal((await phone.prompt('Hi')).text, 'All of it.')
    await phone.prompt('Hm')
    assert.equal(model.lastMessages()[1]?.content, 'All of it.')
  })

  test('images, options, format, think and keep_alive reach the engine unchanged', async () => {
    const { phone, model } = world().talk()
    model.replies(says('A cat.'), says('Still.'))
    const given = {
      options: { temperature: 0, stop: ['\n'], nested: { a: null } },
      format: { type: 'object', properties: { a: { type: 'string' } } },
      think: 'low',
      keep_alive: -1,
    }
    const images = ['aGVsbG8=', 'd29ybGQ=']
    await phone.postMessages([{ role: 'user', content: 'What is it?', images }], given).response
    await phone.prompt('And now?')
    const [first, second] = model.prompts.map(({ body }) => body)
    for (const [name, value] of Object.entries(given)) assert.deepEqual(first?.[name], value)
    assert.deepEqual(first?.messages[0]?.images, images)
    assert.deepEqual(second?.messages[0]?.images, images)
    assert.equal(second?.options, undefined)
  })

  test("stream: false is in the engine's request too, and its one line is one event", async () => {
    const { phone, model } = world().talk()
    model.replies(replays('text-whole'), says('Ok.'))
    const { last } = await phone.prompt('Hi', { stream: false })
    assert.equal(model.prompts[0]?.body.stream, false)
    assert.equal(last.events.length, 1)
    assert.equal(last.text, "I'm so glad you're here! I hope it's")
    await phone.prompt('More')
    assert.equal(model.prompts[1]?.body.stream, true)
    assert.equal(model.lastMessages()[1]?.content, last.text)
  })

  test('nulls for absent fields are as if they were absent', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Hi.'))
    const nulls: JsonObject = { options: null, format: null, think: null, keep_alive: null, tools: null }
    const fields = { images: null, tool_calls: null, tool_name: null, tool_call_id: null, thinking: null }
    const { status } = await phone.postMessages([{ role: 'user', content: 'Hi', ...fields }], nulls).response
    assert.equal(status, 200)
    const { body } = await model.prompt(0)
    assert.deepEqual(body.messages, [{ role: 'user', content: 'Hi' }])
    for (const name of Object.keys(nulls)) if (name !== 'tools') assert.ok(!(name in body), name)
  })
}
