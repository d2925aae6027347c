import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { ollamaEngine } from '../../../test/support/ollama/ollama-engine.ts'
import { recording } from '../../../test/support/ollama/recordings.ts'
import { listen, serve } from '../../../test/support/stand-ins/local-server.ts'
import { ChatterdError, type ErrorCode } from '../../protocol/errors.ts'
import type { ChatRequest, EnginePart } from '../../turn/ports/engine.ts'
import type { OllamaOptions } from './ollama-engine.ts'

const request: ChatRequest = { model: 'm', messages: [], tools: [], stream: true, settings: {} }
const line = '{"model":"m","message":{"role":"assistant","content":"Hi"},"done":false}\n'
const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\n\r\n'

/** Sends a prompt. Resolves to the parts of the reply and the error after them. */
async function ask(baseUrl: string, options: Partial<OllamaOptions> = {}, stream = true) {
  const engine = ollamaEngine(baseUrl, options)
  const parts: EnginePart[] = []
  try {
    for await (const batch of engine.chat({ ...request, stream }, new AbortController().signal))
      parts.push(...batch)
    return { parts, error: undefined }
  } catch (error) {
    assert.ok(error instanceof ChatterdError, String(error))
    return { parts, error }
  } finally {
    await engine.close()
  }
}

/** Starts a server that runs `speak` for each connection after the first bytes of its request. */
async function speaking(t: TestContext, speak: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => speak(socket))
  })
  t.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  })
  return listen(server)
}

function failsWith(
  title: string,
  speak: (socket: Socket) => void,
  code: ErrorCode,
  message: RegExp,
  parts = 0,
): void {
  test(title, async (t) => {
    const got = await ask(await speaking(t, speak), { maxLineBytes: 1024 * 1024 })
    assert.equal(got.error?.code, code)
    assert.match(got.error?.message ?? '', message)
    assert.equal(got.parts.length, parts)
  })
}

/** Writes without end, until the client closes the connection. */
function flood(socket: Socket, piece: string): void {
  while (!socket.destroyed && socket.write(piece)) {
    // Until the buffers are full.
  }
  socket.once('drain', () => flood(socket, piece))
}

const tenMegabytes = `{"message":{"content":"${'x'.repeat(10 * 1024 * 1024)}"}}\n`
failsWith(
  'a line of 10 MB is refused, after the lines before it',
  (socket) => socket.end(head + line + tenMegabytes),
  'engine-failed',
  /line of more than 1048576 bytes/,
  1,
)
failsWith(
  'a line without an end is refused',
  (socket) => {
    socket.write(head)
    flood(socket, 'x'.repeat(64 * 1024))
  },
  'engine-failed',
  /line of more than 1048576 bytes/,
)
failsWith(
  'a line that is not JSON is refused and quoted',
  (socket) => socket.end(`${head}${line}upstream timed out\n${line}`),
  'engine-failed',
  /no JSON: upstream timed out/,
  1,
)
failsWith(
  "an error line ends the reply with Ollama's message",
  (socket) => socket.end(`${head}${line}{"error":"out of memory"}\n${line}`),
  'engine-failed',
  /^out of memory$/,
  1,
)
failsWith(
  'a reply that ends without its last line is an engine-cut error',
  (socket) => socket.end(head + line),
  'engine-cut',
  /done: true/,
  1,
)
failsWith(
  'a connection that is closed in the middle of a chunk is an engine-cut error',
  (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{"mess'),
  'engine-cut',
  /is incomplete/,
)
failsWith(
  'a connection that is reset is an engine-cut error',
  (socket) => socket.write(head + line, () => socket.resetAndDestroy()),
  'engine-cut',
  /ended|is incomplete/,
  1,
)
failsWith(
  'a connection that is closed before the response is an engine-cut error',
  (socket) => socket.end(),
  'engine-cut',
  /before its response began/,
)
failsWith(
  'a server that does not speak HTTP is refused',
  (socket) => socket.end('220 mail.example.org ESMTP\r\n'),
  'engine-failed',
  /does not speak HTTP/,
)

const refusals: [status: number, body: string, code: ErrorCode, message: RegExp][] = [
  [400, '{"error":"\\"m\\" does not support thinking"}', 'engine-refused', /^"m" does not support thinking$/],
  [
    400,
    recording('error-context').answer.toString(),
    'context-overflow',
    /^the input length exceeds the context length$/,
  ],
  [400, 'bad', 'engine-refused', /HTTP 400: bad/],
  [404, recording('error-unknown-model').answer.toString(), 'unknown-model', /not found/],
  [404, '<html>', 'unknown-model', /HTTP 404: <html>/],
  [
    500,
    '{"error":"llama runner process has terminated"}',
    'engine-failed',
    /^llama runner process has terminated$/,
  ],
  [500, '', 'engine-failed', /HTTP 500/],
  [503, '{"error":"server busy"}', 'engine-busy', /^server busy$/],
]
for (const [status, body, code, message] of refusals) {
  test(`HTTP ${status} with the body ${body || '(none)'} is ${code}`, async (t) => {
    const server = await serve((_request, response) => response.writeHead(status).end(body))
    t.after(() => server.close())
    const { error } = await ask(server.url)
    assert.equal(error?.code, code)
    assert.match(error?.message ?? '', message)
  })
}

test('of an endless error page only the beginning is read, and the connection is closed', async (t) => {
  const closed = Promise.withResolvers<void>()
  const url = await speaking(t, (socket) => {
    socket.once('close', () => closed.resolve())
    socket.write('HTTP/1.1 500 Internal Server Error\r\n\r\n')
    flood(socket, 'x'.repeat(64 * 1024))
  })
  const { error } = await ask(url)
  assert.equal(error?.code, 'engine-failed')
  assert.ok((error?.message.length ?? 0) < 1000)
  await closed.promise
})

test('an incomplete error page is reported with its status', async (t) => {
  const url = await speaking(t, (socket) =>
    socket.write('HTTP/1.1 503 Busy\r\ncontent-length: 99\r\n\r\nfull'),
  )
  const { error } = await ask(url, { silenceTimeoutMs: 20 })
  assert.equal(error?.code, 'engine-busy')
  assert.match(error?.message ?? '', /HTTP 503: full/)
})

const slow: [
  title: string,
  speak: (socket: Socket) => void,
  options: Partial<OllamaOptions>,
  message: RegExp,
  parts: number,
][] = [
  [
    'a response that never begins',
    () => undefined,
    { firstTokenTimeoutMs: 20 },
    /20 ms \(the first-token time-out\)/,
    0,
  ],
  [
    'a response of headers only',
    (socket) => socket.write(head),
    { firstTokenTimeoutMs: 20 },
    /first-token/,
    0,
  ],
  [
    'bytes that stop coming',
    (socket) => socket.write(head + line),
    { silenceTimeoutMs: 20 },
    /20 ms \(the silence/,
    1,
  ],
  [
    'a line that stops coming',
    (socket) => socket.write(`${head}{"mess`),
    { silenceTimeoutMs: 20 },
    /silence/,
    0,
  ],
  [
    'an endless response',
    (socket) => socket.write(head),
    { stepTimeoutMs: 20 },
    /20 ms \(the time-out for a whole/,
    0,
  ],
]
for (const [title, speak, options, message, parts] of slow) {
  test(`${title} is ended by a time-out that the error names, and the connection is closed`, async (t) => {
    const closed = Promise.withResolvers<void>()
    const url = await speaking(t, (socket) => {
      socket.once('close', () => closed.resolve())
      speak(socket)
    })
    const got = await ask(url, options)
    assert.equal(got.error?.code, 'engine-timeout')
    assert.match(got.error?.message ?? '', message)
    assert.equal(got.parts.length, parts)
    await closed.promise
  })
}

test('without streaming, the first token may take as long as the whole response', async (t) => {
  const url = await speaking(t, () => undefined)
  const { error } = await ask(url, { firstTokenTimeoutMs: 1, stepTimeoutMs: 40 }, false)
  assert.match(error?.message ?? '', /40 ms/)
})

test('where no server listens, the error names the address and asks whether Ollama runs', async () => {
  const server = createServer()
  const url = await listen(server)
  server.close()
  await once(server, 'close')
  const { error } = await ask(url)
  assert.equal(error?.code, 'engine-unreachable')
  assert.match(
    error?.message ?? '',
    new RegExp(`Ollama at ${url} cannot be reached .*ECONNREFUSED.* Is it running`),
  )
})

test('a connection that is not established is ended by the connect time-out', async (t) => {
  // With TLS a connection is established after the handshake, to which this server never responds.
  const url = await speaking(t, () => undefined)
  const { error } = await ask(url.replace('http:', 'https:'), { connectTimeoutMs: 20 })
  assert.equal(error?.code, 'engine-unreachable')
  assert.match(error?.message ?? '', /20 ms \(the connect time-out\)/)
})

test('a closed engine fails with shutting-down', async () => {
  const engine = ollamaEngine('http://127.0.0.1:9')
  await engine.close()
  await assert.rejects(
    async () => {
      for await (const _ of engine.chat(request, new AbortController().signal)) assert.fail()
    },
    (error: unknown) => error instanceof ChatterdError && error.code === 'shutting-down',
  )
})
