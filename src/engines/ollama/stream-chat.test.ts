import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { serve } from '../../../test/fixtures/ollama/local-server.ts'
import { chatAnswers, recording } from '../../../test/fixtures/ollama/recordings.ts'
import { startEngine } from '../../../test/ollama-engine.ts'
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

async function collect(answer: AsyncIterable<EnginePart[]>): Promise<EnginePart[]> {
  const parts: EnginePart[] = []
  for await (const batch of answer) parts.push(...batch)
  return parts
}

function wholeLines(answer: Buffer): string[] {
  return answer
    .toString()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('{"error"'))
}

for (const { name, contentType, answer } of chatAnswers) {
  test(`the answer "${name}" comes over HTTP as it was sent, a piece at a time`, async (t) => {
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
      wholeLines(answer),
    )
  })
}

test('an answer whose connection breaks anywhere is cut, and no part of it is half', async (t) => {
  const { answer } = recording('text-then-two-calls')
  const parts = wholeLines(answer).map((line) => parseLine(line))
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

test('what one write brought is one batch', async (t) => {
  const { answer } = recording('text')
  const engine = await startEngine(t, (_request, response) => response.end(answer))
  const batches: EnginePart[][] = []
  for await (const batch of engine.chat(request, unaborted)) batches.push(batch)
  assert.equal(batches.length, 1)
})

test('Ollama is sent the messages, the tools and the settings, and told not to truncate', async (t) => {
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

test('an Ollama behind a path is asked there', async (t) => {
  const serving = serve((incoming, response) => {
    response.statusCode = incoming.url === '/ollama/api/chat' ? 200 : 500
    response.end(recording('text').answer)
  })
  const engine = await startEngine(t, serving, { path: '/ollama' })
  assert.ok((await collect(engine.chat(request, unaborted))).at(-1)?.done)
})

test('one connection serves one answer after the other, also for readers who leave after the last part', async (t) => {
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

const [firstLine] = wholeLines(recording('text').answer)
const leaving: [
  title: string,
  leave: (answer: AsyncIterator<EnginePart[]>, abort: AbortController) => Promise<unknown>,
][] = [
  ['aborting', async (_answer, abort) => abort.abort(new Error('stop'))],
  ['leaving early', async (answer) => answer.return?.()],
]
for (const [title, leave] of leaving) {
  test(`${title} closes the connection to Ollama at once`, async (t) => {
    const closed = Promise.withResolvers<void>()
    const engine = await startEngine(t, (incoming, response) => {
      incoming.socket.once('close', () => closed.resolve())
      response.write(`${firstLine}\n`)
    })
    const abort = new AbortController()
    const answer = engine.chat(request, abort.signal)[Symbol.asyncIterator]()
    await answer.next()
    await leave(answer, abort)
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

test('once aborted, also what has come already is not told', async (t) => {
  const more = Promise.withResolvers<() => void>()
  const engine = await startEngine(t, (_request, response) => {
    more.resolve(() => void response.write(`${firstLine}\n`))
    response.write(`${firstLine}\n`)
  })
  const abort = new AbortController()
  const answer = engine.chat(request, abort.signal)[Symbol.asyncIterator]()
  await answer.next()
  const writeMore = await more.promise
  writeMore()
  // Turns enough for the second line to come.
  for (let turn = 0; turn < 100; turn += 1) await setImmediate()
  const reason = new Error('stop')
  abort.abort(reason)
  await assert.rejects(answer.next(), reason)
})

test('an answer that was told whole stays whole when its signal aborts afterwards', async (t) => {
  const engine = await startEngine(t, (_request, response) => response.end(recording('text').answer))
  const abort = new AbortController()
  const answer = engine.chat(request, abort.signal)[Symbol.asyncIterator]()
  assert.ok((await answer.next()).value?.at(-1)?.done)
  abort.abort(new Error('late'))
  assert.equal((await answer.next()).done, true)
})

test('a connection that goes on after the last line is closed', async (t) => {
  const closed = Promise.withResolvers<void>()
  const engine = await startEngine(t, (incoming, response) => {
    incoming.socket.once('close', () => closed.resolve())
    response.write(recording('text').answer)
  })
  assert.ok((await collect(engine.chat(request, unaborted))).at(-1)?.done)
  await closed.promise
})

test('for a reader who is slow, only a bounded part of the answer is fetched ahead', async (t) => {
  const maxUnreadBytes = 16 * 1024
  const write = `${`${firstLine}\n`.repeat(50)}`
  const writes = 500
  const engine = await startEngine(
    t,
    async (_request, response) => {
      for (let count = 0; count < writes; count += 1)
        if (!response.write(write)) await once(response, 'drain')
      response.end(recording('text').answer)
    },
    { maxUnreadBytes },
  )
  let lines = 0
  let most = 0
  for await (const batch of engine.chat(request, unaborted)) {
    lines += batch.length
    most = Math.max(most, batch.length * (firstLine ?? '').length)
    // Time enough for several reads, which would all be in the next batch were the socket not paused.
    for (let turn = 0; turn < 10; turn += 1) await setImmediate()
  }
  assert.equal(lines, 50 * writes + wholeLines(recording('text').answer).length)
  assert.ok(most <= maxUnreadBytes + maxReadBytes, `${most} bytes lay unread`)
})

test('while nobody reads, silence is not held against Ollama', async (t) => {
  const engine = await startEngine(
    t,
    (_request, response) => {
      response.write(`${firstLine}\n`.repeat(5_000))
      response.end(recording('text').answer)
    },
    { maxUnreadBytes: 1, answerTimeoutMs: 2_000_000 },
  )
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const answer = engine.chat(request, unaborted)[Symbol.asyncIterator]()
  await answer.next()
  // Turns enough for the next read, after which the socket is paused.
  for (let turn = 0; turn < 100; turn += 1) await setImmediate()
  t.mock.timers.tick(1_000_000)
  let last: EnginePart | undefined
  for (let read = await answer.next(); !read.done; read = await answer.next()) last = read.value.at(-1)
  assert.ok(last?.done)
})
