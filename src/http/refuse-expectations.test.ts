import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { openNative } from '../../test/support/native-http/native-world.ts'

test('what a client expects of the server is done, or refused in words', async (t) => {
  const codes: (string | undefined)[] = []
  const base = await openNative(t, { onRequestEnd: ({ code }) => codes.push(code) }).listen()
  for (const [expect, status, error] of [
    ['100-continue', 200, undefined],
    ['100-Continue', 200, undefined],
    ['200-ok', 417, 'Expect: the server knows only 100-continue, and not "200-ok".'],
  ] as const) {
    const sent = request(new URL('/healthz', base), { headers: { expect } }).end()
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    assert.equal(response.statusCode, status)
    const body = (await json(response)) as { error?: string }
    assert.equal(body.error, error)
  }
  assert.deepEqual(codes, [undefined, undefined, 'expectation-failed'])
})
