import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openServer } from '../../../../test/support/mcp/opened-server.ts'
import { endpoint, serveAnswers, startEverything } from '../../../../test/support/mcp/remote-server.ts'
import { serve } from '../../../../test/support/stand-ins/local-server.ts'

for (const type of ['http', 'sse'] as const) {
  test(`tools of a server are called over ${type}`, async (t) => {
    const { url } = await startEverything(t, type)
    const { call, source } = await openServer(t, endpoint(type, url))
    assert.equal(source().state, 'ready', source().reason)
    assert.equal(await call('echo', { message: 'hello' }), 'Echo: hello')
  })

  test(`a server that is started again is connected to again over ${type}`, async (t) => {
    const { url, restart } = await startEverything(t, type)
    const opened = await openServer(t, endpoint(type, url))
    const { call, source, until } = opened
    const [first] = source().tools
    await restart()
    // Over HTTP, the session is missed when it is used.
    await call('echo', { message: 'hello' }).catch(() => {})
    await until(() => source().state === 'ready' && source().tools[0] !== first)
    assert.equal(await call('echo', { message: 'again' }), 'Echo: again')
  })
}

test('a session is ended when its source is closed', async (t) => {
  const { url, saying } = await startEverything(t, 'http')
  const { group } = await openServer(t, endpoint('http', url))
  await Promise.all([saying('Received session termination request'), group.close()])
})

test('a server that does not end its session does not hold the stop up', async (t) => {
  const { url } = await serveAnswers(t, {}, ({ method }, response) => {
    if (method === 'DELETE') response.writeHead(200).write('x')
  })
  const { group, source } = await openServer(t, endpoint('http', url))
  assert.equal(source().state, 'ready', source().reason)
  await group.close()
})

test('large integers reach a server elsewhere with all their digits', async (t) => {
  const { url } = await serveAnswers(t, {
    'tools/call': (text) => ({ content: [{ type: 'text', text }] }),
  })
  const { call } = await openServer(t, endpoint('http', url))
  const args = { id: 9007199254740993n, in: { list: [12345678901234567890n] } }
  assert.match(
    String(await call('one', args)),
    /"arguments":\{"id":9007199254740993,"in":\{"list":\[12345678901234567890\]\}\}/,
  )
})

test('nobody reads the secrets in the headers for a server', async (t) => {
  const seen = new Set<unknown>()
  const { url } = await serveAnswers(
    t,
    { 'tools/call': (_, response) => void response.writeHead(403).end('the key k3y-of-x is refused') },
    ({ headers }) => seen.add(headers.authorization),
  )
  const { call } = await openServer(t, {
    ...endpoint('http', url, { Authorization: 'Bearer k3y-of-x' }),
    secrets: ['k3y-of-x'],
  })
  await assert.rejects(call('one'), {
    message: 'the server answers with HTTP status 403: Error POSTing to endpoint: the key *** is refused',
  })
  assert.deepEqual([...seen], ['Bearer k3y-of-x'])
})

test('a redirect to another address is refused', async (t) => {
  const asked: unknown[] = []
  const other = await serve((request, response) => {
    asked.push(request.headers.authorization)
    response.end()
  })
  t.after(other.close)
  const { url, close } = await serve((_, response) =>
    response.writeHead(307, { location: `${other.url}/mcp` }).end(),
  )
  t.after(close)
  const { source } = await openServer(t, endpoint('http', url, { Authorization: 'k3y' }), { retryMs: 60_000 })
  assert.equal(source().state, 'down')
  assert.match(String(source().reason), /Redirect to http:\S+\/mcp not followed/)
  assert.deepEqual(asked, [])
})

test('a call whose server dies fails at once', async (t) => {
  const { url, server } = await serveAnswers(t, {
    'tools/call'(_, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': it works\n\n')
      setImmediate(() => server.closeAllConnections())
    },
  })
  const { call } = await openServer(t, endpoint('http', url))
  await assert.rejects(call('one'), /connection/i)
})

for (const type of ['application/json', 'text/event-stream'])
  test(`a message of ${type} without end is cut off`, async (t) => {
    const { url } = await serveAnswers(t, {
      'tools/call'(_, response) {
        response.writeHead(200, { 'content-type': type })
        const write = () => {
          while (!response.destroyed && response.write('data: '.padEnd(65_536, 'x')));
        }
        response.on('drain', write)
        write()
      },
    })
    const { call } = await openServer(t, endpoint('http', url), { maxMessageBytes: 1_000_000 })
    await assert.rejects(call('one'), /more than 1000000 bytes/)
  })

test('a server that is not there is down, and says why', async (t) => {
  const { url, close } = await serve(() => {})
  await close()
  const { source } = await openServer(t, endpoint('http', url), { retryMs: 60_000 })
  assert.equal(source().state, 'down')
  assert.match(String(source().reason), /ECONNREFUSED/)
})

test('the response to a call that is given up is not read any more', async (t) => {
  const closed = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const { url } = await serveAnswers(t, {
    'tools/call'(_, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': it works\n\n')
      response.on('close', () => closed.resolve())
      begun.resolve()
    },
  })
  const { call } = await openServer(t, endpoint('http', url))
  const controller = new AbortController()
  const called = call('one', {}, controller.signal)
  await begun.promise
  controller.abort()
  await assert.rejects(called)
  await closed.promise
})

test('a server that asks for no pause is not asked without end', async (t) => {
  let asked = 0
  const { url } = await serveAnswers(t, {}, ({ method }, response) => {
    if (method !== 'GET') return
    asked += 1
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 0\nid: 1\ndata: \n\n')
  })
  const { call } = await openServer(t, endpoint('http', url))
  for (let calls = 0; calls < 50; calls++) await call('one').catch(() => {})
  assert.ok(asked <= 2, `it was asked ${asked} times`)
})
