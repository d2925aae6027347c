import assert from 'node:assert/strict'
import { once } from 'node:events'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { startEngine } from '../../../test/support/ollama/ollama-engine.ts'
import { recording } from '../../../test/support/ollama/recordings.ts'
import { serveRecordings } from '../../../test/support/ollama/replay-server.ts'
import { serve } from '../../../test/support/stand-ins/local-server.ts'
import { ChatterdError } from '../../protocol/errors.ts'
import { maxReadBytes } from '../http1/connection.ts'

const unaborted = new AbortController().signal

async function bytesOf(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('models and contexts are read from a real catalogue', async (t) => {
  const engine = await startEngine(t, serveRecordings())
  assert.equal((await engine.models()).length, 5)
  assert.deepEqual(await engine.model('multi:270m'), {
    name: 'multi:270m',
    capabilities: ['completion', 'tools'],
    contextLength: 32768,
  })
  assert.equal(await engine.model('nope'), undefined)
  assert.equal(await engine.loadedContext('smollm2:135m'), 512)
})

test('a user name and a password in the address are basic authentication on every request, and in no error', async (t) => {
  const asked: string[] = []
  const server = await serve(({ url, headers }, response) => {
    asked.push(`${url} ${headers.authorization}`)
    response.writeHead(500).end()
  })
  const engine = await startEngine(
    t,
    Promise.resolve({ ...server, url: server.url.replace('//', '//me:s3cr%20et@') }),
  )
  const { signal } = new AbortController()
  const chat = { model: 'm', messages: [], tools: [], stream: true, settings: {} }
  const hidden = (error: Error) => !/s3cr|bWU6/.test(error.message)
  await assert.rejects(engine.models(), hidden)
  await assert.rejects(engine.ping(), hidden)
  await assert.rejects(engine.chat(chat, signal)[Symbol.asyncIterator]().next(), hidden)
  await bytesOf((await engine.generate({}, signal)).body)
  const basic = `Basic ${Buffer.from('me:s3cr et').toString('base64')}`
  const paths = ['/api/tags', '/api/tags', '/api/chat', '/api/generate']
  assert.deepEqual(
    asked,
    paths.map((path) => `${path} ${basic}`),
  )
  await server.close()
  await assert.rejects(
    engine.ping(),
    (error: Error) => /cannot be reached/.test(error.message) && hidden(error),
  )
})

test('a caller that stops waiting does not abort a shared lookup', async (t) => {
  const requested = Promise.withResolvers<() => void>()
  let requests = 0
  const engine = await startEngine(t, (_request, response) => {
    requests += 1
    requested.resolve(() => response.end('{"capabilities":["tools"]}'))
  })
  const abort = new AbortController()
  const aborted = engine.model('m', abort.signal)
  const other = engine.model('m')
  const respond = await requested.promise
  abort.abort(new Error('stop'))
  await assert.rejects(aborted, /stop/)
  respond()
  assert.deepEqual((await other)?.capabilities, ['tools'])
  assert.equal(requests, 1)
})

test('a lookup without a response, or with a malformed one, is an error', async (t) => {
  const silent = await startEngine(t, () => undefined, { lookupTimeoutMs: 20 })
  await assert.rejects(
    silent.models(),
    (error: unknown) => error instanceof ChatterdError && error.code === 'engine-timeout',
  )
  const malformed = await startEngine(t, (_request, response) => response.end('<html>'))
  await assert.rejects(malformed.models(), /\/api\/tags is not a JSON object: <html>/)
})

test('generate passes the request and the response through, byte for byte', async (t) => {
  const { answer } = recording('generate')
  let body: unknown
  const engine = await startEngine(t, async (incoming, response) => {
    assert.equal(`${incoming.method} ${incoming.url}`, 'POST /api/generate')
    body = await json(incoming)
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(answer)
  })
  const request = { model: 'm', prompt: 'Say hello.', options: { num_predict: 12 }, unheardOf: [1] }
  const { status, contentType, body: received } = await engine.generate(request, unaborted)
  assert.deepEqual([status, contentType], [200, 'application/x-ndjson'])
  assert.deepEqual(await bytesOf(received), answer)
  assert.deepEqual(body, request)
})

test("generate passes Ollama's errors through with their status", async (t) => {
  const { answer } = recording('error-unknown-model')
  const engine = await startEngine(t, (_request, response) => response.writeHead(404).end(answer))
  const { status, body } = await engine.generate({ model: 'nope' }, unaborted)
  assert.equal(status, 404)
  assert.deepEqual(await bytesOf(body), answer)
})

test('generate fails when Ollama sends nothing, falls silent, or closes the connection early', async (t) => {
  const fails = (code: string) => (error: unknown) => error instanceof ChatterdError && error.code === code
  const silent = await startEngine(t, () => undefined, { firstTokenTimeoutMs: 20 })
  await assert.rejects(silent.generate({}, unaborted), fails('engine-timeout'))
  const stalling = await startEngine(t, (_request, response) => void response.write('{'), {
    silenceTimeoutMs: 20,
  })
  await assert.rejects(bytesOf((await stalling.generate({}, unaborted)).body), fails('engine-timeout'))
  const breaking = await startEngine(
    t,
    (_request, response) => void response.write('{', () => response.destroy()),
  )
  await assert.rejects(bytesOf((await breaking.generate({}, unaborted)).body), fails('engine-cut'))
})

for (const title of ['aborting', 'ending']) {
  test(`${title} the reading of a response of generate closes the connection to Ollama`, async (t) => {
    const closed = Promise.withResolvers<void>()
    const engine = await startEngine(t, (request, response) => {
      request.socket.once('close', () => closed.resolve())
      response.write('{"response":"Hi"}\n')
    })
    const abort = new AbortController()
    const { body } = await engine.generate({}, abort.signal)
    const reader = body[Symbol.asyncIterator]()
    await reader.next()
    const next = reader.next()
    if (title === 'aborting') {
      abort.abort(new Error('stop'))
      await assert.rejects(next, /stop/)
    } else {
      await reader.return?.()
      assert.equal((await next).done, true)
    }
    await closed.promise
  })
}

test('only a limited part of a response of generate is buffered', async (t) => {
  const piece = Buffer.alloc(8 * 1024, 'x')
  const engine = await startEngine(t, async (_request, response) => {
    for (let count = 0; count < 300; count += 1) if (!response.write(piece)) await once(response, 'drain')
    response.end()
  })
  let length = 0
  let most = 0
  for await (const chunk of (await engine.generate({}, unaborted)).body) {
    length += chunk.length
    most = Math.max(most, chunk.length)
    for (let turn = 0; turn < 10; turn += 1) await setImmediate()
  }
  assert.equal(length, 300 * piece.length)
  assert.ok(most <= maxReadBytes, `${most} unread bytes`)
})
