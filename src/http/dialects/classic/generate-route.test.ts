import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import fastify from 'fastify'
import type { RawResponse } from '../../../turn/ports/engine.ts'
import { generateRoute } from './generate-route.ts'

/** Serves a response of the engine; `aborted` resolves when the engine is told to stop. */
async function start(t: TestContext, respond: () => AsyncGenerator<Uint8Array>) {
  const aborted = Promise.withResolvers<void>()
  const app = fastify()
  const generate = async (_body: unknown, signal: AbortSignal): Promise<RawResponse> => {
    signal.addEventListener('abort', () => aborted.resolve())
    return { status: 200, contentType: 'application/x-ndjson', body: respond() }
  }
  generateRoute(app, { engine: { generate }, limits: { stallTimeoutMs: 100 } })
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  t.after(() => app.close())
  const client = connect(Number(url.port), '127.0.0.1')
  t.after(() => client.destroy())
  const body = '{"model":"m"}'
  client.write(
    `POST /llmprompt HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  return { client, aborted: aborted.promise }
}

test('a client that reads nothing more of /llmprompt is disconnected, and its engine stops', async (t) => {
  let pieces = 0
  const stopped = Promise.withResolvers<void>()
  const { client, aborted } = await start(t, async function* () {
    try {
      for (;;) {
        pieces += 1
        yield Buffer.alloc(64 * 1024, 'x')
      }
    } finally {
      stopped.resolve()
    }
  })
  client.pause()
  client.on('error', () => {})
  await Promise.all([aborted, stopped.promise])
  assert.ok(pieces < 1_000, `${pieces} pieces`)
})

test('a client that reads all the time gets the whole response, also where the engine is slow', async (t) => {
  const { client } = await start(t, async function* () {
    yield Buffer.from('first')
    // Longer than a client may read nothing: there is nothing to read.
    await once(AbortSignal.timeout(300), 'abort')
    yield Buffer.from('last')
  })
  let text = ''
  client.on('data', (bytes) => {
    text += bytes
  })
  await once(client, 'close')
  assert.match(text, /first.*last/s)
})
