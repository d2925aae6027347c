import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { type TestContext, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { openNative } from '../../test/support/native-http/native-world.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { type RequestReport, traceRequests } from './trace-requests.ts'

/** A server, and a function that sends a request to it and returns the report of it. */
async function open(t: TestContext) {
  let { promise, resolve } = Promise.withResolvers<RequestReport>()
  const world = openNative(t, { onRequestEnd: (report) => resolve(report) })
  const base = await world.listen()
  return {
    ...world,
    async report(path: string, init: RequestInit = {}) {
      ;({ promise, resolve } = Promise.withResolvers<RequestReport>())
      const response = await fetch(new URL(path, base), init)
      const text = await response.text()
      return { response, text, report: await promise }
    },
  }
}

test('a request is reported by its method, route and status, and not by the names in its path, its query or its body', async (t) => {
  const { report: send, directory } = await open(t)
  directory.addConversation({ name: 'secret' })
  for (const [method, path, route, status, code] of [
    ['GET', '/', '/', 200, undefined],
    ['GET', '/chatterd/v1/conversations/secret', '/chatterd/v1/conversations/:name', 200, undefined],
    ['GET', '/weather?lat=1&lon=2&secret=secret', '/weather', 500, 'internal'],
    ['GET', '/chatterd/v1/secret', undefined, 404, 'not-found'],
    ['PUT', '/chatterd/v1/conversations/secret', undefined, 405, 'method-not-allowed'],
    ['POST', '/llmtools', '/llmtools', 422, 'invalid-request'],
    ['GET', '/secret', undefined, 404, 'not-found'],
    ['GET', '/%ff?secret', undefined, 422, 'invalid-request'],
  ] as const) {
    const body = method === 'POST' ? { body: '{"secret' } : {}
    const { report } = await send(path, { method, ...body })
    assert.deepEqual([report.method, report.route, report.status, report.code], [method, route, status, code])
    assert.ok(report.ms >= 0)
    assert.doesNotMatch(JSON.stringify(report), /secret/)
  }
})

test('the bytes of a response are counted, also of a stream', async (t) => {
  const { report: send, directory, turns } = await open(t)
  const { id } = directory.addTurn()
  const delta: TurnEvent = { type: 'text-delta', text: 'ü'.repeat(5_000) }
  turns.publish({ id }, [delta])
  for (const path of [`/chatterd/v1/turns/${id}/events`, '/chatterd/v1/models']) {
    const { report, text } = await send(path)
    const { bytes = 0 } = report
    const body = Buffer.byteLength(text)
    assert.ok(bytes > body && bytes < body + 1_000, `${bytes} of ${body}`)
  }
})

test('over HTTP/2 the bytes of each body are counted, whichever way it is written', async (t) => {
  const app = fastify({ http2: true })
  t.after(() => app.close())
  const reports: RequestReport[] = []
  traceRequests(app as unknown as FastifyInstance, (report) => reports.push(report))
  app.get('/text', async () => 'ü'.repeat(500))
  app.get('/stream', async () => Readable.from([Buffer.alloc(400), 'x'.repeat(600)]))
  app.get('/hijacked', async (_, reply) => {
    reply.hijack()
    reply.raw.writeHead(200)
    reply.raw.write('ü'.repeat(200))
    reply.raw.end('x'.repeat(600))
  })
  app.get('/empty', async (_, reply) => reply.code(204).send())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const session = connect(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  t.after(() => session.close())
  const paths = ['/text', '/stream', '/hijacked', '/empty']
  await Promise.all(paths.map((path) => once(session.request({ ':path': path }).resume(), 'close')))
  assert.deepEqual(
    paths.map((path) => reports.find(({ route }) => route === path)?.bytes),
    [1_000, 1_000, 1_000, 0],
  )
})

test('a failure is reported with its causes, which its client does not read', async (t) => {
  const { report: send, directory } = await open(t)
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:5432')
  directory.conversation = () => Promise.reject(new Error('no database', { cause }))
  const { report, text } = await send('/chatterd/v1/conversations/a')
  assert.equal(report.code, 'internal')
  assert.match(report.error ?? '', /: no database: connect ECONNREFUSED/)
  assert.doesNotMatch(text, /ECONNREFUSED/)
})

test('a refused origin is reported by its name: it may belong into a setting [own-origins]', async (t) => {
  const { report: send } = await open(t)
  const { report } = await send('/', { headers: { origin: 'https://chat.example' } })
  assert.deepEqual([report.status, report.code], [403, 'origin-not-allowed'])
  assert.match(report.error ?? '', /"https:\/\/chat\.example"/)
})

test('a failure that quotes the result of a tool is reported by its code alone', async (t) => {
  const { report: send, directory } = await open(t)
  directory.conversation = () => Promise.reject(new ChatterdError('call-repeated', 'it failed: secret'))
  const { report } = await send('/chatterd/v1/conversations/a')
  assert.deepEqual([report.code, report.error], ['call-repeated', undefined])
})

test("a request's id is its X-Request-Id, where it has a sound one, else a new one; the response has it", async (t) => {
  const { report: send } = await open(t)
  for (const path of ['/', '/nope', '/%ff', '/chatterd/v1/models']) {
    const { report, response } = await send(path, { headers: { 'X-Request-Id': 'abc/1' } })
    assert.deepEqual([report.request, response.headers.get('x-request-id')], ['abc/1', 'abc/1'], path)
  }
  const made = new Set<string>()
  for (const id of ['', 'x'.repeat(129), 'a b', 'ü']) {
    const { report, response } = await send('/', { headers: { 'X-Request-Id': id } })
    assert.match(report.request, /^[\da-f-]{36}$/)
    assert.equal(response.headers.get('x-request-id'), report.request)
    made.add(report.request)
  }
  assert.equal(made.size, 4)
})

test('a client that disconnects is reported as such', async (t) => {
  const reported = Promise.withResolvers<RequestReport>()
  const { listen, directory, turns } = openNative(t, { onRequestEnd: reported.resolve })
  const { id } = directory.addTurn()
  turns.publish({ id }, [{ type: 'step-start', step: 1 }])
  const followed = Promise.withResolvers<'disconnected'>()
  turns.followed = () => followed.promise
  const client = new AbortController()
  const response = await fetch(`${await listen()}/turns/${id}/events`, { signal: client.signal })
  await response.body?.getReader().read()
  client.abort()
  assert.equal((await reported.promise).disconnected, true)
  followed.resolve('disconnected')
})
