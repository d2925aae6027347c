import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { openNative } from '../../../test/support/native-http/native-world.ts'
import { createAccessCheck } from './guard-requests.ts'

const page = 'https://chat.example.org'
const origins = [page]

function open(t: TestContext, given: { origins?: string[] } = {}) {
  const { origins } = given
  const checkAccess = createAccessCheck({ listenHost: '0.0.0.0', machineName: 'desk', hosts: [], origins })
  return openNative(t, { checkAccess })
}

test('a request to a host that is not the server is refused, on every path and in the form of its dialect [own-hosts]', async (t) => {
  const { app } = open(t)
  for (const host of ['evil.example:8080', 'a b']) {
    for (const url of [
      '/',
      '/llmtools',
      '/nope',
      '/chatterd/v1/models',
      '/chatterd/v1/nope',
      '/%ff',
      '/chatterd/v1/%ff',
    ]) {
      const { statusCode, headers, body } = await app.inject({ method: 'POST', url, headers: { host } })
      const isNative = url.startsWith('/chatterd/')
      assert.equal(statusCode, 421, `${host} ${url}`)
      const type = isNative ? 'application/problem+json' : 'application/json'
      assert.equal(headers['content-type'], `${type}; charset=utf-8`)
      const { detail, error } = JSON.parse(body)
      assert.match(isNative ? detail : error, /CHATTERD_HOSTS/)
    }
  }
  for (const host of ['desk:8080', 'localhost', '192.0.2.7:8080', '[2001:db8::7]:8080'])
    assert.equal((await app.inject({ url: '/', headers: { host } })).statusCode, 200, host)
})

test('a request from a page of another origin is refused, on every path, whatever its method [own-origins]', async (t) => {
  const { app, turns } = open(t)
  for (const origin of ['https://evil.example', 'null', 'http://localhost:3000']) {
    for (const url of [
      '/',
      '/llmtools',
      '/nope',
      '/chatterd/v1/conversations/a/turns',
      '/chatterd/v1/nope',
      '/%ff',
    ]) {
      for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE'] as const) {
        const response = await app.inject({ method, url, headers: { origin }, payload: '{"input":"Hi"}' })
        assert.equal(response.statusCode, 403, `${method} ${url}`)
        assert.match(response.body, /CHATTERD_ORIGINS/)
        assert.equal(response.headers['access-control-allow-origin'], undefined)
      }
    }
  }
  assert.deepEqual(turns.begun, [])
})

test('a page of another origin is refused before its body has come [own-origins]', {
  timeout: 20_000,
}, async (t) => {
  const { listen } = open(t)
  const { port } = new URL(await listen())
  const socket = connect(Number(port), '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write(
    'POST /llmprep HTTP/1.1\r\nHost: localhost\r\nOrigin: https://evil.example\r\nContent-Length: 1000\r\n\r\n{',
  )
  const [head] = (await once(socket, 'data')) as [Buffer]
  assert.match(head.toString(), /^HTTP\/1\.1 403 /)
})

test('an allowed page can read every response: streams, errors, unknown paths', async (t) => {
  const { listen, directory, turns } = open(t, { origins })
  const base = await listen()
  const { id } = directory.addTurn()
  turns.publish({ id }, [{ type: 'turn-end', status: 'completed' }])
  for (const [method, url, status] of [
    ['GET', '/', 200],
    ['GET', `/chatterd/v1/turns/${id}/events`, 200],
    ['GET', '/nope', 404],
    ['GET', '/chatterd/v1/nope', 404],
    ['POST', '/llmtools', 422],
    ['POST', '/chatterd/v1/conversations/a/turns', 422],
    ['GET', '/%ff', 422],
  ] as const) {
    const response = await fetch(new URL(url, base), { method, headers: { origin: page } })
    await response.text()
    assert.equal(response.status, status, url)
    assert.equal(response.headers.get('access-control-allow-origin'), page, url)
    assert.equal(response.headers.get('vary'), 'Origin', url)
    for (const name of ['Location', 'Retry-After', 'X-Request-Id'])
      assert.match(response.headers.get('access-control-expose-headers') ?? '', new RegExp(name), url)
  }
})

test('a preflight of an allowed page is answered at once, for every path', async (t) => {
  const { app } = open(t, { origins })
  const asked = {
    'access-control-request-method': 'DELETE',
    'access-control-request-headers': 'idempotency-key, last-event-id',
  }
  for (const url of ['/llmtools', '/chatterd/v1/conversations/a', '/nope']) {
    const headers = { origin: page, ...asked }
    const response = await app.inject({ method: 'OPTIONS', url, headers })
    assert.equal(response.statusCode, 204)
    assert.equal(response.headers['access-control-allow-origin'], page)
    assert.match(String(response.headers['access-control-allow-methods']), /POST.*PATCH.*DELETE/)
    assert.equal(response.headers['access-control-allow-headers'], asked['access-control-request-headers'])
  }
  // Without the question there is no preflight.
  assert.equal(
    (await app.inject({ method: 'OPTIONS', url: '/nope', headers: { origin: page } })).statusCode,
    404,
  )
})

test('with * every page is allowed, one without an origin of its own included', async (t) => {
  const { app } = open(t, { origins: ['*'] })
  for (const origin of ['https://anything.example', 'null']) {
    const { headers } = await app.inject({ url: '/', headers: { origin } })
    assert.equal(headers['access-control-allow-origin'], '*')
  }
})

test("a client that is no browser, and the server's own page, notice nothing", async (t) => {
  const { app } = open(t, { origins })
  for (const headers of [{}, { host: '10.0.0.5:8080', origin: 'http://10.0.0.5:8080' }]) {
    const response = await app.inject({ url: '/', headers })
    assert.equal(response.statusCode, 200)
    assert.deepEqual(
      Object.keys(response.headers).filter((name) => /^(access-control-|vary$)/.test(name)),
      [],
    )
  }
})
