import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { openNative } from '../../../test/support/native-http/native-world.ts'

const bodies = { maxBodyBytes: 100_000, maxBodyValues: 100 }

/** Sends the beginning of a body whose end never comes, and returns the response. */
async function sendBeginning(t: TestContext, beginning: string): Promise<string> {
  const { hostname, port, pathname } = new URL(await openNative(t, { bodies }).listen())
  const socket = connect(Number(port), hostname)
  t.after(() => socket.destroy())
  const head = `POST ${pathname}/conversations/a/turns HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n`
  socket.write(head + beginning)
  const [response] = (await once(socket, 'data')) as [Buffer]
  return response.toString()
}

test('a body with too many values is refused before it has come completely, and the setting is named', {
  timeout: 20_000,
}, async (t) => {
  const response = await sendBeginning(t, `{"input": [${'1,'.repeat(100)}`)
  assert.match(response, /^HTTP\/1\.1 413 /)
  assert.match(response, /CHATTERD_MAX_BODY_VALUES/)
})

test('a body with too many levels is refused before it has come completely', {
  timeout: 20_000,
}, async (t) => {
  const response = await sendBeginning(t, `{"input": ${'['.repeat(100)}`)
  assert.match(response, /^HTTP\/1\.1 422 /)
  assert.match(response, /100 levels/)
})

test('a member that comes twice counts with its last value', async (t) => {
  const { ask, turns } = openNative(t)
  const { status } = await ask('POST', '/conversations/a/turns', '{"input": "first", "input": "last"}')
  assert.equal(status, 202)
  assert.equal(turns.begun[0]?.messages[0]?.content, 'last')
})

test('a large body is read like a small one, however it is cut', async (t) => {
  const { ask, turns } = openNative(t, { bodies: { maxBodyBytes: 10_000_000, maxBodyValues: 100 } })
  const input = '漢"\\\n'.repeat(500_000)
  assert.equal((await ask('POST', '/conversations/a/turns', { input })).status, 202)
  assert.equal(turns.begun[0]?.messages[0]?.content, input)
})

test('a compressed body is refused in words, and one that is declared to be as it is, is taken', async (t) => {
  const { ask } = openNative(t)
  for (const [encoding, status] of [
    ['gzip', 422],
    ['identity', 202],
  ] as const) {
    const headers = { 'content-encoding': encoding }
    const response = await ask('POST', '/conversations/a/turns', { input: 'Hi' }, headers)
    assert.equal(response.status, status)
    if (status === 422) assert.match(String(response.body.detail), /not in "gzip"/)
  }
})
