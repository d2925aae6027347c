import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { ask } from '../support/clients/native/ask.ts'
import { message, openServer, post } from './toolbox-world.ts'

const { mcp } = await openServer({ after }, { CHATTERD_MAX_BODY: '100KiB', CHATTERD_MAX_BODY_VALUES: '1000' })
const ping = message('ping')

/** The status, and the error of JSON-RPC. */
async function refusalOf(response: Response) {
  const { jsonrpc, error } = (await response.json()) as RpcResponse
  assert.equal(jsonrpc, '2.0')
  assert.equal(response.headers.get('content-type')?.split(';')[0], 'application/json')
  return { status: response.status, code: error?.code, message: error?.message ?? '' }
}

interface RpcResponse {
  jsonrpc: string
  error?: { code: number; message: string }
}

for (const [title, headers, status, words] of [
  [
    'from a page of another origin [own-origins]',
    { origin: 'https://evil.example' },
    403,
    /CHATTERD_ORIGINS/,
  ],
  ['with another content type', { 'content-type': 'text/plain' }, 415, /application\/json/],
  ['that accepts neither of the types', { accept: 'text/html' }, 406, /text\/event-stream/],
  ['of an unknown version', { 'mcp-protocol-version': '1999-01-01' }, 400, /2025-11-25/],
  ['of a version whose headers it does not have', { 'mcp-protocol-version': '2026-07-28' }, 400, /_meta/],
  ['that is compressed', { 'content-encoding': 'gzip' }, 400, /Content-Encoding/],
] as const) {
  test(`a request to /mcp ${title} is refused in words`, async () => {
    const refusal = await refusalOf(await post(mcp, ping, headers))
    assert.equal(refusal.status, status, refusal.message)
    assert.match(refusal.message, words)
  })
}

test('a request to /mcp for another host is refused in words [own-hosts]', async () => {
  const headers = { host: 'evil.example', accept: 'application/json, text/event-stream' }
  const { status, text } = await ask(mcp, { body: JSON.parse(ping), headers })
  assert.equal(status, 421)
  assert.match(JSON.parse(text).error.message, /CHATTERD_HOSTS/)
})

for (const [title, body, status, code, words] of [
  ['no JSON', '{"jsonrpc"', 400, -32_700, /cannot be read as JSON/],
  ['not UTF-8', Buffer.from('{"a":"\xff"}', 'latin1'), 400, -32_700, /not UTF-8/],
  ['empty', '', 400, -32_700, /JSON/],
  ['too deep', `${'['.repeat(200)}${']'.repeat(200)}`, 400, -32_700, /levels/],
  ['too long', `"${'x'.repeat(200_000)}"`, 413, -32_000, /CHATTERD_MAX_BODY\)/],
  ['of too many values', `[${'1,'.repeat(2_000)}1]`, 413, -32_000, /CHATTERD_MAX_BODY_VALUES/],
  ['a batch', `[${ping},${ping}]`, 400, -32_600, /batches/],
  ['an empty batch', '[]', 400, -32_600, /batches/],
  ['null', 'null', 400, -32_600, /JSON-RPC/],
  ['a number with digits of its own', '1.0', 400, -32_600, /JSON-RPC/],
  ['no message', '{}', 400, -32_600, /JSON-RPC/],
] as const) {
  test(`a body that is ${title} is refused at /mcp in words`, async () => {
    const refusal = await refusalOf(await post(mcp, body))
    assert.deepEqual([refusal.status, refusal.code], [status, code], refusal.message)
    assert.match(refusal.message, words)
  })
}

test('there are no sessions and no stream to read: only POST is answered at /mcp', async () => {
  for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
    const response = await fetch(mcp, { method, headers: { accept: 'text/event-stream' } })
    assert.equal(response.headers.get('allow'), 'POST')
    const refusal = await refusalOf(response)
    assert.deepEqual([refusal.status, refusal.code], [405, -32_000])
    assert.match(refusal.message, new RegExp(`has no ${method}; it has POST`))
  }
  const { headers } = await post(mcp, message('initialize', initialize))
  assert.equal(headers.get('mcp-session-id'), null)
  assert.equal((await refusalOf(await fetch(`${mcp}/sessions`))).status, 404)
})

const initialize = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'test', version: '1' },
}
const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
}

test('a stream of notifications is refused, because none is ever sent', async () => {
  const body = message('subscriptions/listen', { _meta: meta, notifications: { toolsListChanged: true } })
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' }
  const refusal = await refusalOf(await post(mcp, body, headers))
  assert.equal(refusal.code, -32_603)
})

test('whatever is posted to /mcp, the server answers, and not with a fault of its own', async () => {
  const method = fc.constantFrom('initialize', 'tools/list', 'tools/call', 'ping', 'server/discover', '')
  const json = fc.jsonValue({ maxDepth: 3 })
  const params = fc.record(
    {
      name: fc.oneof(fc.constantFrom('say_hello', 'show_number', 'send_mail', '__proto__'), json),
      arguments: fc.oneof(fc.record({ name: json, ['__proto__']: json }, { requiredKeys: [] }), json),
      _meta: fc.oneof(fc.constant(meta), json),
      cursor: json,
    },
    { requiredKeys: [] },
  )
  const posted = fc.record(
    {
      jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: json }),
      id: fc.oneof(fc.nat(), json),
      method: fc.oneof({ weight: 9, arbitrary: method }, { weight: 1, arbitrary: json }),
      params: fc.oneof({ weight: 9, arbitrary: params }, { weight: 1, arbitrary: json }),
    },
    { requiredKeys: ['jsonrpc'] },
  )
  const version = fc.constantFrom('', '2025-06-18', '2026-07-28', 'x')
  await fc.assert(
    fc.asyncProperty(posted, version, async (body, version) => {
      const response = await post(mcp, JSON.stringify(body), {
        ...(version && { 'mcp-protocol-version': version }),
        ...(version === '2026-07-28' && { 'mcp-method': String(body.method).replace(/[^\x20-\x7e]/g, '') }),
      })
      const text = await response.text()
      assert.ok(response.status < 500, text)
      assert.doesNotMatch(text, /at \w+ \(/)
    }),
    { numRuns: 300 },
  )
})
