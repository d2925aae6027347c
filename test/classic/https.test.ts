import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type IncomingHttpHeaders,
} from 'node:http2'
import { Agent, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, before, describe, test } from 'node:test'
import { type PhoneStream, phoneStream } from '../support/clients/classic/phone-stream.ts'
import { send } from '../support/clients/classic/post.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { calls, deviceTool, done, pauses, replays, says, text } from '../support/stand-ins/ollama-replies.ts'
import { floods } from './scenarios/slow-reader.ts'
import { worldOf } from './world.ts'

const [database] = databaseKinds.filter(({ kind }) => kind === 'postgresql')
assert.ok(database)
const dataDir = mkdtempSync(join(tmpdir(), 'chatterd-https-'))
const settings = { CHATTERD_TLS: 'dev', CHATTERD_DATA_DIR: dataDir, CHATTERD_CLIENT_BUFFER: '64KiB' }

describe('HTTPS with a development certificate', () => {
  const world = worldOf(database, settings)
  let ca = ''
  let session: ClientHttp2Session

  before(async () => {
    ca = await readFile(join(dataDir, 'tls', 'chatterd-ca.crt'), 'utf8')
    session = connect(world().url, { ca })
    await once(session, 'connect')
  })
  // The session stays open until the server has closed: it must not wait for it.
  after(() => rmSync(dataDir, { recursive: true }))

  test('a phone that speaks HTTP/1.1 is served', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Hi.'))
    const body = { appID: phone.appID, model: model.name, messages: [{ role: 'user', content: 'Hello' }] }
    assert.equal((await send(`${world().url}/llmtools`, body, { ca }).response).text, 'Hi.')
    assert.equal(
      (await send(`${world().url}/`, undefined, { method: 'GET', ca }).response).json,
      'EECS Reactive chatterd',
    )
  })

  test('the command on the page for browsers works before the certificate is installed', async () => {
    const page = session.request({ ':path': '/', accept: 'text/html' })
    assert.match((await whole(page)).body, /curl -N --insecure https:/)
  })

  test('connections over HTTP/1.1 stay open for longer than proxies keep them', async () => {
    const asked = get(`${world().url}/healthz`, { ca, agent: new Agent({ keepAlive: true }) })
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    assert.equal(response.headers['keep-alive'], 'timeout=72')
    asked.destroy()
  })

  test('a phone loads the authority that it is to trust from the server', async () => {
    const loaded = await whole(session.request({ ':path': '/chatterd-ca.crt' }))
    assert.equal(loaded.headers['content-type'], 'application/x-x509-ca-cert')
    assert.equal(loaded.body, ca)
  })

  test('a phone that speaks HTTP/2 is served on the same port, from its prompt to the answer', async () => {
    const { phone, model } = world().talk()
    model.replies(replays('call-device'), replays('call-resident'), replays('answer-after-results'))
    const tools = [deviceTool('get_location')]
    const prompt = { role: 'user', content: 'What is the weather at my location?' }
    const first = await stream({ appID: phone.appID, model: model.name, messages: [prompt], tools }).all()
    assert.deepEqual(
      first.events.flatMap((event) => event.calls.map(({ name }) => name)),
      ['get_location'],
    )
    const result = { role: 'tool', content: 'latitude: 42.29306, longitude: -83.71555' }
    const second = await stream({ appID: phone.appID, model: model.name, messages: [result] }).all()
    assert.equal(second.events.length, 16)
    assert.match(second.events.at(-1)?.data ?? '', /"done":true/)
  })

  test('streams of one HTTP/2 connection flow side by side', async () => {
    const talks = [1, 2, 3].map(() => world().talk())
    const gate = Promise.withResolvers<void>()
    const streams = talks.map(({ phone, model }) => {
      model.replies(pauses([text('Now ')], gate.promise, [text('then.'), done()]))
      return stream({ appID: phone.appID, model: model.name, messages: [{ role: 'user', content: 'When?' }] })
    })
    for (const one of streams) await one.started
    gate.resolve()
    for (const one of streams) assert.equal((await one.all()).events.length, 3)
  })

  test('an HTTP/2 stream that its phone cancels does not end the turn', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(pauses([text('Once ')], gate.promise, [text('upon a time.'), done()]), says('Ok.'))
    const one = stream({
      appID: phone.appID,
      model: model.name,
      messages: [{ role: 'user', content: 'A story.' }],
    })
    await one.started
    one.http2.close()
    gate.resolve()
    await stream({
      appID: phone.appID,
      model: model.name,
      messages: [{ role: 'user', content: 'Well?' }],
    }).all()
    assert.equal(model.lastMessages()[1]?.content, 'Once upon a time.')
  })

  test('an HTTP/2 stream that is not read is ended past the bound, and the others of its connection go on', async () => {
    const { phone, model } = world().talk()
    const gate = Promise.withResolvers<void>()
    model.replies(floods(gate.promise), says('Ok.'))
    const slow = stream({
      appID: phone.appID,
      model: model.name,
      messages: [{ role: 'user', content: 'Flood.' }],
    })
    await slow.started
    slow.http2.pause()
    const closed = once(slow.http2, 'close').catch(() => 'cut')
    gate.resolve()
    const next = stream({
      appID: phone.appID,
      model: model.name,
      messages: [{ role: 'user', content: 'Well?' }],
    })
    assert.equal((await next.all()).events.at(0)?.json.done, false)
    assert.equal(model.lastMessages()[1]?.content.length, 600)
    slow.http2.resume()
    await closed
    assert.ok(!slow.read.events.some((event) => event.done))
  })

  test('errors and the other routes are as over HTTP/1.1', async () => {
    const refused = await whole(session.request({ ':method': 'POST', ':path': '/llmtools' }), '{')
    assert.deepEqual(
      [refused.headers[':status'], refused.headers['content-type']],
      [422, 'application/json; charset=utf-8'],
    )
    const weather = session.request({ ':method': 'GET', ':path': '/weather' }, { endStream: false })
    const weatherResponse = await whole(weather, JSON.stringify({ lat: 42.29, lon: '-83.71' }))
    assert.equal(weatherResponse.body, '"Weather at lat: 42.29, lon: -83.71 is 51.3ºF"')
    const notFound = await whole(session.request({ ':path': '/nope' }))
    assert.equal(notFound.headers[':status'], 404)
  })

  test('a method that HTTP does not have is refused as one that a path does not have', async () => {
    for (const [path, status, allow] of [
      ['/llmtools', 405, 'POST'],
      ['/nope', 404, undefined],
    ] as const) {
      const { headers, body } = await whole(session.request({ ':method': 'FOO', ':path': path }))
      assert.deepEqual([headers[':status'], headers.allow], [status, allow], body)
      assert.ok(headers['x-request-id'])
    }
  })

  test('over HTTP/2, too, requests to other hosts and from pages of other origins are refused [own-hosts] [own-origins]', async () => {
    for (const [status, headers] of [
      [421, { ':authority': 'evil.example' }],
      [403, { origin: 'https://evil.example' }],
    ] as const) {
      const http2 = session.request({ ':method': 'POST', ':path': '/llmprep', ...headers })
      // The body never comes.
      const [response] = (await once(http2, 'response')) as [IncomingHttpHeaders]
      assert.equal(response[':status'], status)
      http2.close()
    }
  })

  test('a body that is too large is answered over HTTP/2 while it is still sent', async () => {
    const http2 = session.request({ ':method': 'POST', ':path': '/llmtools' })
    const piece = Buffer.alloc(1_000_000, 'x')
    const pieces = Readable.from(Array.from({ length: 20 }, () => piece))
    const [[response]] = await Promise.all([once(http2, 'response'), pipeline(pieces, http2)])
    assert.equal((response as IncomingHttpHeaders)[':status'], 413)
    http2.resume()
    await once(http2, 'close')
  })

  test('a call of a resident tool is run over HTTP/2 as well', async () => {
    const { phone, model } = world().talk()
    model.replies(
      says(calls([{ name: 'get_weather', arguments: { latitude: '1', longitude: '2' } }])),
      says('Ok.'),
    )
    const body = { appID: phone.appID, model: model.name, messages: [{ role: 'user', content: 'How warm?' }] }
    const { events } = await stream(body).all()
    assert.deepEqual(
      events.map((event) => [event.event, event.done]),
      [
        ['message', false],
        ['message', true],
      ],
    )
  })

  /** Posts to /llmtools, and reads the response as a phone does. */
  function stream(body: object): {
    http2: ClientHttp2Stream
    read: PhoneStream
    started: Promise<unknown>
    all(): Promise<PhoneStream>
  } {
    const http2 = session.request({ ':method': 'POST', ':path': '/llmtools', accept: 'text/event-streaming' })
    const read = phoneStream()
    const { promise: started, resolve } = Promise.withResolvers<void>()
    const ended = once(http2, 'end')
    ended.catch(() => {})
    http2.on('data', (bytes: Buffer) => {
      read.feed(bytes)
      resolve()
    })
    http2.on('error', () => {})
    http2.end(JSON.stringify(body))
    const all = async () => {
      await ended
      read.end()
      return read
    }
    return { http2, read, started, all }
  }
})

async function whole(
  http2: ClientHttp2Stream,
  body?: string,
): Promise<{ headers: IncomingHttpHeaders; body: string }> {
  http2.end(body)
  const [headers] = (await once(http2, 'response')) as [IncomingHttpHeaders]
  const chunks: Buffer[] = []
  for await (const chunk of http2) chunks.push(chunk as Buffer)
  return { headers, body: Buffer.concat(chunks).toString() }
}
