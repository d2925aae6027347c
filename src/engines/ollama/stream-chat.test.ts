import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { startEngine } from '../../../test/support/ollama/ollama-engine.ts'
import { chatAnswers, recording } from '../../../test/support/ollama/recordings.ts'
import { serve } from '../../../test/support/stand-ins/local-server.ts'
import { ChatterdError } from '../../protocol/errors.ts'
import type { ChatRequest, EnginePart } from '../../turn/ports/engine.ts'
import { maxReadBytes } from '../http1/connection.ts'
import { parseLine } from './parse-line.ts'

const request: ChatRequest = {
  model: 'smollm2:135m',
  messages: [{ role: 'user', content: 'Why is the sky blue?' }],
  tools: [],
  stream: true,
  settings: {},
}
const unaborted = new AbortController().signal

async function collect(reply: AsyncIterable<EnginePart[]>): Promise<EnginePart[]> {
  const parts: EnginePart[] = []
  for await (const batch of reply) parts.push(...batch)
  return parts
}

function completeLines(answer: Buffer): string[] {
  return answer
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{"error"'))
}

for (const { name, contentType, answer } of chatAnswers) {
  test(`the reply "${name}" is received as it is sent, piece by piece`, async (t) => {
    const engine = await startEngine(t, async (_request, response) => {
      response.writeHead(200, { 'content-type': contentType })
      for (let sent = 0; sent < answer.length; sent += 101) {
        response.write(answer.subarray(sent, sent + 101))
        await setImmediate()
      }
      response.end()
    })
    const parts: EnginePart[] = []
    const reading = (async () => {
      for await (const batch of engine.chat(request, unaborted)) parts.push(...batch)
    })()
    if (name === 'error-runner-died') await assert.rejects(reading, /model: unexpected EOF/)
    else await reading
    assert.deepEqual(
      parts.map(({ line }) => line),
      completeLines(answer),
    )
  })
}

test('a model that must call a tool is asked for a reply of the form of a call, in place of the format that the client asked for', async (t) => {
  const bodies: unknown[] = []
  const engine = await startEngine(t, async (incoming, response) => {
    bodies.push(await json(incoming))
    response.end('{"message":{"role":"assistant","content":""},"done":true}\n')
  })
  const tool = { type: 'function', function: { name: 'wait' } } as const
  const asked = { ...request, tools: [tool], mustCall: [tool], settings: { format: 'json' } }
  await collect(engine.chat(asked, unaborted))
  const [body] = bodies as { format?: { properties?: { name?: unknown } }; mustCall?: unknown }[]
  assert.deepEqual(body?.format?.properties?.name, { const: 'wait' })
  assert.equal(body?.mustCall, undefined)
})

test('a reply whose connection is closed early anywhere is an engine-cut error, and no part is incomplete', async (t) => {
  const { answer } = recording('text-then-two-calls')
  const parts = completeLines(answer).map((line) => parseLine(line))
  let length = 0
  const engine = await startEngine(t, (_request, response) => {
    response.write(answer.subarray(0, length), () => response.destroy())
  })
  for (length = 1; length < answer.length - 1; length += 53) {
    const got: EnginePart[] = []
    await assert.rejects(
      async () => {
        for await (const batch of engine.chat(request, unaborted)) got.push(...batch)
      },
      (error: unknown) => error instanceof ChatterdError && error.code === 'engine-cut',
    )
    assert.deepEqual(got, parts.slice(0, got.length))
  }
})

test('the parts of one read are one batch', async (t) => {
  const { answer } = recording('text')
  const engine = await startEngine(t, (_request, response) => response.end(answer))
  const batches: EnginePart[][] = []
  for await (const batch of engine.chat(request, unaborted)) batches.push(batch)
  assert.equal(batches.length, 1)
})

test('the request has the messages, the tools and the settings, and forbids Ollama to truncate', async (t) => {
  const bodies: unknown[] = []
  const engine = await startEngine(t, async (incoming, response) => {
    assert.equal(`${incoming.method} ${incoming.url}`, 'POST /api/chat')
    bodies.push(await json(incoming))
    response.end(recording('text').answer)
  })
  const tool = { type: 'function' as const, function: { name: 'get_time' } }
  await collect(engine.chat(request, unaborted))
  await collect(
    engine.chat(
      { ...request, stream: false, tools: [tool], settings: { think: false, truncate: true } },
      unaborted,
    ),
  )
  const { model, messages } = request
  assert.deepEqual(bodies, [
    { truncate: false, model, messages, stream: true },
    { truncate: true, think: false, model, messages, tools: [tool], stream: false },
  ])
})

test('settings cannot change the model or the messages', async (t) => {
  let body: unknown
  const engine = await startEngine(t, async (incoming, response) => {
    body = await json(incoming)
    response.end(recording('text').answer)
  })
  await collect(
    engine.chat({ ...request, settings: { model: 'other', messages: [], stream: false } }, unaborted),
  )
  const { model, messages } = request
  assert.deepEqual(body, { truncate: false, model, messages, stream: true })
})

test('an Ollama below a path is requested there', async (t) => {
  const serving = serve((incoming, response) => {
    response.statusCode = incoming.url === '/ollama/api/chat' ? 200 : 500
    response.end(recording('text').answer)
  })
  const engine = await startEngine(t, serving, { path: '/ollama' })
  assert.ok((await collect(engine.chat(request, unaborted))).at(-1)?.done)
})

test('one connection serves one reply after the other, also when the reader stops after the last part', async (t) => {
  const sockets = new Set<Socket>()
  const engine = await startEngine(t, (incoming, response) => {
    sockets.add(incoming.socket)
    response.end(recording('text').answer)
  })
  for (let count = 0; count < 3; count += 1) {
    for await (const batch of engine.chat(request, unaborted)) if (batch.at(-1)?.done) break
    await setImmediate()
  }
  assert.equal(sockets.size, 1)
})

const [firstLine] = completeLines(recording('text').answer)
const stopping: [
  title: string,
  stop: (reply: AsyncIterator<EnginePart[]>, abort: AbortController) => Promise<unknown>,
][] = [
  ['aborting', async (_reply, abort) => abort.abort(new Error('stop'))],
  ['stopping early', async (reply) => reply.return?.()],
]
for (const [title, stop] of stopping) {
  test(`${title} closes the connection to Ollama at once`, async (t) => {
    const closed = Promise.withResolvers<void>()
    const engine = await startEngine(t, (incoming, response) => {
      incoming.socket.once('close', () => closed.resolve())
      response.write(`${firstLine}\n`)
    })
    const abort = new AbortController()
    const reply = engine.chat(request, abort.signal)[Symbol.asyncIterator]()
    await reply.next()
    await stop(reply, abort)
    await closed.promise
  })
}

test('aborting before the first token closes the connection, and rejects with the reason', async (t) => {
  const abort = new AbortController()
  const reason = new Error('stop')
  const closed = Promise.withResolvers<void>()
  const engine = await startEngine(t, (incoming) => {
    incoming.socket.once('close', () => closed.resolve())
    abort.abort(reason)
  })
  await assert.rejects(collect(engine.chat(request, abort.signal)), reason)
  await closed.promise
})

test('after an abort, parts that have been received are not returned', async (t) => {
  const more = Promise.withResolvers<() => void>()
  const engine = await startEngine(t, (_request, response) => {
    more.resolve(() => void response.write(`${firstLine}\n`))
    response.write(`${firstLine}\n`)
  })
  const abort = new AbortController()
  const reply = engine.chat(request, abort.signal)[Symbol.asyncIterator]()
  await reply.next()
  const writeMore = await more.promise
  writeMore()
  // Enough turns of the event loop for the second line to arrive.
  for (let turn = 0; turn < 100; turn += 1) await setImmediate()
  const reason = new Error('stop')
  abort.abort(reason)
  await assert.rejects(reply.next(), reason)
})

test('a complete reply stays complete when its signal aborts afterwards', async (t) => {
  const engine = await startEngine(t, (_request, response) => response.end(recording('text').answer))
  const abort = new AbortController()
  const reply = engine.chat(request, abort.signal)[Symbol.asyncIterator]()
  assert.ok((await reply.next()).value?.at(-1)?.done)
  abort.abort(new Error('late'))
  assert.equal((await reply.next()).done, true)
})

test('a connection on which the response does not end after the last line is closed', async (t) => {
  const closed = Promise.withResolvers<void>()
  const engine = await startEngine(t, (incoming, response) => {
    incoming.socket.once('close', () => closed.resolve())
    response.write(recording('text').answer)
  })
  assert.ok((await collect(engine.chat(request, unaborted))).at(-1)?.done)
  await closed.promise
})

test('for a slow reader, only a limited part of the reply is buffered', async (t) => {
  const write = `${`${firstLine}\n`.repeat(50)}`
  const writes = 500
  const engine = await startEngine(t, async (_request, response) => {
    for (let count = 0; count < writes; count += 1) if (!response.write(write)) await once(response, 'drain')
    response.end(recording('text').answer)
  })
  let lines = 0
  let most = 0
  for await (const batch of engine.chat(request, unaborted)) {
    lines += batch.length
    most = Math.max(most, batch.length * (firstLine ?? '').length)
    // Enough time for several reads, which would all be in the next batch if the socket were not paused.
    for (let turn = 0; turn < 10; turn += 1) await setImmediate()
  }
  assert.equal(lines, 50 * writes + completeLines(recording('text').answer).length)
  assert.ok(most <= maxReadBytes, `${most} unread bytes`)
})

test('while chatterd does not read, there is no silence time-out', async (t) => {
  const engine = await startEngine(
    t,
    (_request, response) => {
      response.write(`${firstLine}\n`.repeat(5_000))
      response.end(recording('text').answer)
    },
    { stepTimeoutMs: 2_000_000 },
  )
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const reply = engine.chat(request, unaborted)[Symbol.asyncIterator]()
  await reply.next()
  // Enough turns of the event loop for the next read, after which the socket is paused.
  for (let turn = 0; turn < 100; turn += 1) await setImmediate()
  t.mock.timers.tick(1_000_000)
  let last: EnginePart | undefined
  for (let read = await reply.next(); !read.done; read = await reply.next()) last = read.value.at(-1)
  assert.ok(last?.done)
})
