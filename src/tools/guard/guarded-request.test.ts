import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer, type Socket } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { suite, type TestContext, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'
import { listen, serve } from '../../../test/support/stand-ins/local-server.ts'
import { createGuardedRequest, type GuardedRequest } from './guarded-request.ts'

/** For which every name is 127.0.0.1, and that is public. */
const send = createGuardedRequest([], { lookup: async () => ['127.0.0.1'], isPublic: () => true })

const portOf = (url: string) => new URL(url).port

/** A server that speaks whatever it likes. */
async function startRawServer(t: TestContext, response: string | ((socket: Socket) => void)) {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => (typeof response === 'string' ? socket.write(response) : response(socket)))
  })
  const port = portOf(await listen(server))
  t.after(() => server.close())
  return port
}

/** An HTTPS server with a certificate for one name, of an authority that this process trusts. */
async function startHttps(t: TestContext, name: string) {
  const certificate = await generate([{ name: 'commonName', value: name }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  })
  const server = createHttpsServer({ cert: certificate.cert, key: certificate.private })
  const hosts: unknown[] = []
  /** What responds to the next request in another way. */
  const bodies: ((response: ServerResponse) => void)[] = []
  server.on('request', (request, response) => {
    hosts.push(request.headers.host, 'servername' in request.socket && request.socket.servername)
    const body = bodies.pop()
    if (body) body(response)
    else response.end('secure')
  })
  const port = portOf(await listen(server))
  const trusted = getCACertificates('default')
  t.after(() => {
    setDefaultCACertificates(trusted)
    server.closeAllConnections()
    server.close()
  })
  return { port, hosts, bodies, trust: () => setDefaultCACertificates([...trusted, certificate.cert]) }
}

suite('requests of tools', () => {
  test('a request has the method, headers and body of the tool, and brings back the response', async (t) => {
    let received = ''
    const web = await serve(async (request, response) => {
      for await (const chunk of request) received += chunk
      const { 'x-name': name, 'content-length': length, 'accept-encoding': encoding } = request.headers
      received += [request.method, request.url, name, length, encoding].join(' ')
      response.writeHead(201, { 'content-type': 'text/plain' }).end('created')
    })
    t.after(() => web.close())
    const response = await send({
      url: `http://a.test:${portOf(web.url)}/x?y=1#z`,
      method: 'POST',
      headers: { 'X-Name': 'value' },
      body: 'text ',
      maxBytes: 7,
      signal: t.signal,
    })
    assert.equal(received, 'text POST /x?y=1 value 5 identity')
    assert.deepEqual(
      [response.status, response.headers['content-type'], response.body.toString(), response.isTruncated],
      [201, 'text/plain', 'created', false],
    )
  })

  test('hosts that the operator has named are requested, with that port alone', async (t) => {
    const web = await serve((_request, response) => response.end('private'))
    t.after(() => web.close())
    const port = portOf(web.url)
    const limits = { maxBytes: 1000, signal: t.signal }
    const lookup = async () => ['127.0.0.1']
    const isPublic = () => false
    const allowed = createGuardedRequest([`127.0.0.1:${port}`, `Printer.LAN.:${port}`], { lookup, isPublic })
    for (const host of ['127.0.0.1', '2130706433', 'printer.lan', 'printer.lan.']) {
      assert.equal((await allowed({ url: `http://${host}:${port}/`, ...limits })).body.toString(), 'private')
    }
    const withoutPort = createGuardedRequest(['127.0.0.1', '[::1]', 'printer.lan'], { lookup, isPublic })
    for (const host of ['127.0.0.1', '[::1]', 'printer.lan', 'localhost', 'sub.printer.lan', '127.0.0.2']) {
      await assert.rejects(
        withoutPort({ url: `http://${host}:${port}/`, ...limits }),
        /not public|not a public/,
      )
    }
  })

  test('a host that the operator has named and that is not found is said to be so', async (t) => {
    const unknown = createGuardedRequest(['a.test'], {
      lookup: () => Promise.reject(new Error('ENOTFOUND')),
      isPublic: () => false,
    })
    await assert.rejects(unknown({ url: 'http://a.test/', maxBytes: 10, signal: t.signal }), {
      message: 'a.test was not found.',
    })
  })

  test('what is not a host in the list of the operator is an error', () => {
    for (const host of [
      '',
      'a b',
      'http://a',
      'a/b',
      'a:x',
      'user@a',
      'a?b',
      'a#b',
      '[::1',
      '*.test/',
      'a\\b',
    ]) {
      assert.throws(() => createGuardedRequest([host]), /is not a host or host:port/, host)
    }
  })

  test('a response that is too long is truncated', async (t) => {
    const ended = Promise.withResolvers<Error | null | undefined>()
    const web = await serve((_request, response) => {
      pipeline(Readable.from(Array(10_000).fill('x'.repeat(10_000))), response, ended.resolve)
    })
    t.after(() => web.close())
    const response = await send({
      url: `http://a.test:${portOf(web.url)}/`,
      maxBytes: 15_000,
      signal: t.signal,
    })
    assert.deepEqual([response.body.length, response.isTruncated], [15_000, true])
    // The rest is not read.
    assert.ok((await ended.promise) instanceof Error)
  })

  test('headers that are too long, and what is not HTTP, have the words for a host that cannot be reached', async (t) => {
    const closed = createServer()
    const unused = portOf(await listen(closed))
    closed.close()
    const ports = [
      await startRawServer(t, `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`),
      await startRawServer(t, 'SSH-2.0-OpenSSH_9.9\r\n'),
      await startRawServer(
        t,
        'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      ),
      await startRawServer(t, (socket) => socket.end()),
      await startRawServer(t, (socket) => socket.resetAndDestroy()),
      unused,
    ]
    for (const port of ports) {
      for (const scheme of ['http', 'https']) {
        await assert.rejects(send({ url: `${scheme}://a.test:${port}/`, maxBytes: 1000, signal: t.signal }), {
          code: 'tool-service-failed',
          message: 'a.test cannot be reached, or does not send valid HTTP.',
        })
      }
    }
    const allowed = createGuardedRequest([`127.0.0.1:${unused}`])
    await assert.rejects(allowed({ url: `http://127.0.0.1:${unused}/`, maxBytes: 1000, signal: t.signal }), {
      message: '127.0.0.1 cannot be reached, or does not send valid HTTP (ECONNREFUSED).',
    })
  })

  test('a request ends with its signal, and its connection too', async (t) => {
    const starts = ['', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe']
    for (const start of starts) {
      const abort = new AbortController()
      const closed = Promise.withResolvers<void>()
      const server = createServer((socket) => {
        socket.on('error', () => {})
        socket.on('close', () => closed.resolve())
        socket.once('data', () => socket.write(start, () => abort.abort()))
      })
      t.after(() => server.close())
      const url = `http://a.test:${portOf(await listen(server))}/`
      await assert.rejects(send({ url, maxBytes: 1000, signal: abort.signal }), {
        message: 'a.test did not respond in time.',
      })
      await closed.promise
    }
  })

  test('a request ends with its signal while it waits for TLS', async (t) => {
    const abort = new AbortController()
    const closed = Promise.withResolvers<void>()
    const server = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('close', () => closed.resolve())
      socket.once('data', () => abort.abort())
    })
    t.after(() => server.close())
    const url = `https://a.test:${portOf(await listen(server))}/`
    await assert.rejects(send({ url, maxBytes: 1000, signal: abort.signal }), /did not respond in time/)
    await closed.promise
  })

  test('a request over https ends with its signal in the middle of a body', async (t) => {
    const { port, trust, bodies } = await startHttps(t, 'a.test')
    trust()
    const abort = new AbortController()
    bodies.push((response) => response.write('sec', () => abort.abort()))
    await assert.rejects(
      send({ url: `https://a.test:${port}/`, maxBytes: 1000, signal: abort.signal }),
      /did not respond in time/,
    )
  })

  test('over https the certificate is checked against the name, whatever address it has', async (t) => {
    const { port, hosts, trust } = await startHttps(t, 'a.test')
    const request = (name: string): GuardedRequest => ({
      url: `https://${name}:${port}/`,
      maxBytes: 1000,
      signal: t.signal,
    })
    await assert.rejects(send(request('a.test')), { message: 'a.test has no valid certificate.' })
    trust()
    assert.equal((await send(request('a.test'))).body.toString(), 'secure')
    assert.equal((await send(request('a.test.'))).body.toString(), 'secure')
    assert.deepEqual(new Set(hosts), new Set([`a.test:${port}`, 'a.test']))
    await assert.rejects(send(request('b.test')), { message: 'b.test has no valid certificate.' })
    await assert.rejects(send(request('127.0.0.1')), { message: '127.0.0.1 has no valid certificate.' })
    const allowed = createGuardedRequest([`127.0.0.1:${port}`])
    await assert.rejects(allowed(request('127.0.0.1')), {
      message: '127.0.0.1 has no valid certificate (ERR_TLS_CERT_ALTNAME_INVALID).',
    })
  })

  test('headers of the connection, and characters that would begin another header, are refused', async (t) => {
    const refused = [
      ...[
        { Host: 'b.test' },
        { 'content-length': '1' },
        { 'Transfer-Encoding': 'chunked' },
        { connection: 'x' },
      ],
      ...[
        { 'proxy-authorization': 'x' },
        { 'x-a': 'b\r\nhost: c' },
        { 'x-a\r\nb': 'c' },
        { '': 'x' },
        { 'x-a': '\u0100' },
      ],
    ]
    for (const headers of refused) {
      const request = { url: 'http://a.test/', maxBytes: 1, signal: t.signal, headers }
      // Types of objects with different members have them all, as undefined.
      await assert.rejects(
        send(request as GuardedRequest),
        { code: 'invalid-request' },
        JSON.stringify(headers),
      )
    }
  })

  test('proxies of the environment are not used', async (t) => {
    const web = await serve((_request, response) => response.end('direct'))
    const proxy = await serve((_request, response) => response.end('by proxy'))
    t.after(() => Promise.all([web.close(), proxy.close()]))
    for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']) {
      const before = process.env[name]
      t.after(() => {
        if (before === undefined) delete process.env[name]
        else process.env[name] = before
      })
      process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.url
    }
    const response = await send({ url: `http://a.test:${portOf(web.url)}/`, maxBytes: 10, signal: t.signal })
    assert.equal(response.body.toString(), 'direct')
  })

  test('without other ports, names of this machine are refused as unknown ones are', async (t) => {
    const web = await serve((_request, response) => response.end('private'))
    t.after(() => web.close())
    const url = `http://localhost:${portOf(web.url)}/`
    await assert.rejects(createGuardedRequest([])({ url, maxBytes: 10, signal: t.signal }), {
      message: 'localhost was not found, or is not public: tools may not send requests to it.',
    })
    const named = createGuardedRequest([`localhost:${portOf(web.url)}`])
    assert.equal((await named({ url, maxBytes: 10, signal: t.signal })).body.toString(), 'private')
  })
})
