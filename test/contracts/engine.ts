import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChatterdError } from '../../src/protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../src/protocol/json.ts'
import type { ChatRequest, Engine, EnginePart } from '../../src/turn/ports/engine.ts'

/** An engine, and requests with known replies. */
export interface EngineUnderTest {
  engine: Engine
  model: string
  /** True where the engine takes any model's name. */
  takesAnyModel?: true
  /** The reply is text in several parts. */
  text: ChatRequest
  /** The reply is a call of `called`. */
  calling: ChatRequest
  called: string
  /** The reply to its `request` is one part, after which nothing comes for minutes. */
  stalling: { engine: Engine; request: ChatRequest }
  close(): Promise<void>
}

/** What every engine promises, whatever runs the model. */
export function testEngine(name: string, open: () => Promise<EngineUnderTest>): void {
  const engineTest = (title: string, run: (subject: EngineUnderTest) => Promise<void>): void => {
    test(`${name}: ${title}`, async () => {
      const subject = await open()
      try {
        await run(subject)
      } finally {
        await subject.close()
      }
    })
  }

  engineTest(
    'a reply comes in parts, of which the last and only the last is done',
    async ({ engine, text }) => {
      const parts = await collect(engine.chat(text, unaborted()))
      assert.ok(parts.length > 2)
      assert.ok(textOf(parts).length > 0)
      assert.deepEqual(
        parts.map((part) => part.done !== undefined),
        parts.map((_, index) => index === parts.length - 1),
      )
      assert.equal(typeof parts.at(-1)?.done?.reason, 'string')
    },
  )

  engineTest('the last part has the token counts of the reply', async ({ engine, text }) => {
    const usage = (await collect(engine.chat(text, unaborted()))).at(-1)?.done?.usage
    assert.ok(Number.isInteger(usage?.promptTokens) && Number.isInteger(usage?.outputTokens))
  })

  engineTest('each part has the line that it was read from, as one line', async ({ engine, text }) => {
    for (const part of await collect(engine.chat(text, unaborted()))) {
      assert.ok(part.line !== null && !/[\r\n]/.test(part.line))
      const line: unknown = JSON.parse(part.line)
      assert.ok(isJsonObject(line) && isJsonObject(line.message))
      assert.equal(line.model, text.model)
      assert.equal(line.message.role, 'assistant')
      assert.equal(line.message.content, part.text ?? '')
      assert.equal(line.done, part.done !== undefined)
    }
  })

  engineTest('no batch is empty', async ({ engine, text }) => {
    for await (const parts of engine.chat(text, unaborted())) assert.ok(parts.length > 0)
  })

  engineTest('an offered tool is called by name, with arguments', async ({ engine, calling, called }) => {
    const calls = (await collect(engine.chat(calling, unaborted()))).flatMap((part) => part.calls ?? [])
    assert.deepEqual(
      calls.map((call) => call.name),
      [called],
    )
    assert.ok(isJsonObject(calls[0]?.arguments))
  })

  engineTest('the same request can be sent again', async ({ engine, calling }) => {
    const first = await collect(engine.chat(calling, unaborted()))
    const second = await collect(engine.chat(calling, unaborted()))
    assert.equal(textOf(first), textOf(second))
  })

  engineTest('replies that run side by side do not mix', async ({ engine, text, calling }) => {
    const alone = textOf(await collect(engine.chat(text, unaborted())))
    const [one, , other] = await Promise.all(
      [text, calling, text].map((request) => collect(engine.chat(request, unaborted()))),
    )
    assert.equal(textOf(one ?? []), alone)
    assert.equal(textOf(other ?? []), alone)
  })

  engineTest('without streaming the whole reply is one part', async ({ engine, text }) => {
    const parts = await collect(engine.chat({ ...text, stream: false }, unaborted()))
    assert.equal(parts.length, 1)
    assert.ok(parts[0]?.done !== undefined && (parts[0].text ?? '') !== '')
  })

  engineTest(
    'an unknown model is an error that names it, and no model, unless the engine takes any',
    async ({ engine, text, takesAnyModel }) => {
      const request = { ...text, model: 'no-such-model' }
      if (takesAnyModel) {
        assert.ok((await collect(engine.chat(request, unaborted()))).at(-1)?.done)
        return
      }
      await assert.rejects(collect(engine.chat(request, unaborted())), (error: unknown) => {
        assert.ok(error instanceof ChatterdError)
        assert.equal(error.code, 'unknown-model')
        return true
      })
      assert.equal(await engine.model('no-such-model'), undefined)
    },
  )

  engineTest('what was aborted before it began rejects with the reason', async ({ engine, text }) => {
    const reason = new Error('not wanted')
    await assert.rejects(collect(engine.chat(text, AbortSignal.abort(reason))), reason)
    await assert.rejects(
      engine.generate({ model: text.model, prompt: 'hi' }, AbortSignal.abort(reason)),
      reason,
    )
  })

  engineTest('aborting in the middle rejects with the reason', async ({ stalling: { engine, request } }) => {
    const abort = new AbortController()
    const parts = engine.chat(request, abort.signal)[Symbol.asyncIterator]()
    assert.equal((await parts.next()).done, false)
    const next = parts.next()
    const reason = new Error('not wanted any more')
    abort.abort(reason)
    await assert.rejects(next, reason)
    assert.equal((await parts.next()).done, true)
  })

  engineTest('a reader may stop early', async ({ engine, text }) => {
    for await (const parts of engine.chat(text, unaborted())) {
      assert.ok(parts.length > 0)
      break
    }
    assert.ok((await collect(engine.chat(text, unaborted()))).length > 0)
  })

  engineTest('generate returns lines, of which the last is done', async ({ engine, model }) => {
    const response = await engine.generate({ model, prompt: 'Say hello.' }, unaborted())
    assert.equal(response.status, 200)
    assert.match(response.contentType, /^application\/x-ndjson/)
    const lines = (await rawText(response.body)).trimEnd().split('\n').map(parseObject)
    assert.ok(lines.every((line) => line.model === model && typeof line.response === 'string'))
    assert.deepEqual(
      lines.map((line) => line.done),
      lines.map((_, index) => index === lines.length - 1),
    )
  })

  engineTest('generate passes errors on with their status', async ({ engine, takesAnyModel }) => {
    if (takesAnyModel) return
    const response = await engine.generate({ model: 'no-such-model', prompt: 'Say hello.' }, unaborted())
    assert.equal(response.status, 404)
    assert.match(response.contentType, /^application\/json/)
    assert.equal(typeof parseObject(await rawText(response.body)).error, 'string')
  })

  engineTest('it responds to a ping, whatever models it has', async ({ engine }) => {
    await engine.ping()
  })

  engineTest('its models are listed, and each is found by its name', async ({ engine, model }) => {
    const models = await engine.models()
    assert.ok(models.some(({ name }) => name === model))
    for (const listed of models) assert.deepEqual(await engine.model(listed.name), listed)
    assert.ok((await engine.model(model))?.capabilities?.includes('completion'))
  })

  engineTest('the context of a model that is not loaded is not known', async ({ engine }) => {
    assert.equal(await engine.loadedContext('no-such-model'), undefined)
  })
}

function unaborted(): AbortSignal {
  return new AbortController().signal
}

async function collect(batches: AsyncIterable<EnginePart[]>): Promise<EnginePart[]> {
  const parts: EnginePart[] = []
  for await (const batch of batches) parts.push(...batch)
  return parts
}

function textOf(parts: EnginePart[]): string {
  return parts.map((part) => part.text ?? '').join('')
}

async function rawText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function parseObject(text: string): JsonObject {
  const value: unknown = JSON.parse(text)
  assert.ok(isJsonObject(value))
  return value
}
