import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'
import { ollamaEngine } from '../../../test/support/ollama/ollama-engine.ts'
import { recording } from '../../../test/support/ollama/recordings.ts'
import { listen } from '../../../test/support/stand-ins/local-server.ts'
import { ChatterdError, type ErrorCode } from '../../protocol/errors.ts'
import type { ChatRequest, Engine, EnginePart } from '../../turn/ports/engine.ts'
import type { OllamaOptions } from './ollama-engine.ts'

const request: ChatRequest = { model: 'm', messages: [], tools: [], stream: true, settings: {} }
const unaborted = new AbortController().signal
const { answer } = recording('text')
const firstLine = answer.subarray(0, answer.indexOf('\n') + 1)

/** Starts an https server with a trusted certificate for `localhost`, and a proxy; `tunnels` are the requests to that. */
async function start(t: TestContext, handler: RequestListener, refusal?: string) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const trusted = getCACertificates()
  setDefaultCACertificates([...trusted, cert])
  const server = createTlsServer({ cert, key }, handler)
  const tunnels: { to: string | undefined; authorization: string | undefined }[] = []
  const sockets = new Set<Socket>()
  const proxy = createServer().on('connect', ({ url, headers }, client: Socket) => {
    tunnels.push({ to: url, authorization: headers['proxy-authorization'] })
    if (refusal) return void client.end(`HTTP/1.1 ${refusal}\r\n\r\n`)
    const upstream = connect(Number(url?.split(':')[1]), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => [client, upstream].map((one) => one.destroy()))
    }
  })
  const url = (await listen(server)).replace('http://127.0.0.1', 'https://localhost')
  const proxyUrl = await listen(proxy)
  const engines: Engine[] = []
  t.after(async () => {
    setDefaultCACertificates(trusted)
    for (const engine of engines) await engine.close()
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    await Promise.all([server, proxy].map((one) => once(one.close(), 'close')))
  })
  const open = (options: Partial<OllamaOptions> = {}, baseUrl = url): Engine => {
    const engine = ollamaEngine(baseUrl, { proxy: { url: proxyUrl, except: '' }, ...options })
    engines.push(engine)
    return engine
  }
  return { url, proxyUrl, tunnels, open }
}

async function textOf(reply: AsyncIterable<EnginePart[]>): Promise<string> {
  let text = ''
  for await (const parts of reply) for (const part of parts) text += part.text ?? ''
  return text
}

const failsWith = (code: ErrorCode, message: RegExp) => (error: unknown) =>
  error instanceof ChatterdError && error.code === code && message.test(error.message)

test('replies of an https engine come through the proxy, over one tunnel', async (t) => {
  const asked: (string | undefined)[] = []
  const { url, tunnels, open } = await start(t, ({ method, url, headers }, response) => {
    asked.push(`${method} ${url} ${headers.authorization}`)
    response.end(answer)
  })
  const engine = open({}, `${url.replace('//', '//me:pass%20word@')}/ollama`)
  const text = await textOf(engine.chat(request, unaborted))
  assert.ok(text.length > 20)
  // Enough turns of the event loop for the end of the response, which follows its last line.
  for (let turn = 0; turn < 100; turn += 1) await setImmediate()
  assert.equal(await textOf(engine.chat(request, unaborted)), text)
  const basic = `Basic ${Buffer.from('me:pass word').toString('base64')}`
  assert.deepEqual(asked, Array(2).fill(`POST /ollama/api/chat ${basic}`))
  assert.deepEqual(tunnels, [{ to: url.slice('https://'.length), authorization: undefined }])
})

test("the proxy gets the user name and the password of its own address, and not the engine's", async (t) => {
  const { url, proxyUrl, tunnels, open } = await start(t, (_request, response) => response.end(answer))
  const proxy = { url: proxyUrl.replace('//', '//ann:s3cret@'), except: '' }
  await textOf(open({ proxy }, url.replace('//', '//me:other@')).chat(request, unaborted))
  assert.equal(tunnels[0]?.authorization, `Basic ${Buffer.from('ann:s3cret').toString('base64')}`)
})

test('hosts that are excepted, and engines without https, are reached without the proxy', async (t) => {
  const { proxyUrl, tunnels, open } = await start(t, (_request, response) => response.end(answer))
  await textOf(open({ proxy: { url: proxyUrl, except: 'example.org, localhost' } }).chat(request, unaborted))
  const plain = createServer((_request, response) => response.end(answer))
  t.after(() => plain.close())
  await textOf(open({}, await listen(plain)).chat(request, unaborted))
  assert.deepEqual(tunnels, [])
})

test('aborting a reply closes the connection to the engine at once', async (t) => {
  const closed = Promise.withResolvers<void>()
  const { open } = await start(t, (incoming, response) => {
    incoming.socket.once('close', () => closed.resolve())
    response.write(firstLine)
  })
  const abort = new AbortController()
  const reply = open().chat(request, abort.signal)[Symbol.asyncIterator]()
  await reply.next()
  const next = reply.next()
  abort.abort(new Error('stop'))
  await assert.rejects(next, /stop/)
  await closed.promise
})

test('what goes wrong behind the proxy has the same words and codes', async (t) => {
  let respond: RequestListener = () => undefined
  const { open } = await start(t, (incoming, response) => respond(incoming, response))
  const ask = (options?: Partial<OllamaOptions>) => textOf(open(options).chat(request, unaborted))
  await assert.rejects(ask({ firstTokenTimeoutMs: 50 }), failsWith('engine-timeout', /first-token time-out/))
  respond = (_request, response) => void response.write(firstLine)
  await assert.rejects(ask({ silenceTimeoutMs: 50 }), failsWith('engine-timeout', /silence time-out/))
  respond = (_request, response) => void response.write(firstLine, () => response.destroy())
  await assert.rejects(ask(), failsWith('engine-cut', /is incomplete/))
  respond = (incoming) => void incoming.socket.destroy()
  await assert.rejects(ask(), failsWith('engine-cut', /before its response began/))
  respond = (_request, response) => response.writeHead(404).end('{"error":"model \'m\' not found"}')
  await assert.rejects(ask(), failsWith('unknown-model', /not found/))
  const closed = open()
  await closed.close()
  await assert.rejects(textOf(closed.chat(request, unaborted)), failsWith('shutting-down', /stopping/))
})

test('a proxy that refuses is an engine that cannot be reached', async (t) => {
  const { open } = await start(t, () => undefined, '407 Proxy Authentication Required')
  await assert.rejects(textOf(open().chat(request, unaborted)), failsWith('engine-unreachable', /407/))
})
