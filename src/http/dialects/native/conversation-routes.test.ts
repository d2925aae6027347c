import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { openNative } from '../../../../test/support/native-http/native-world.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import type { StoredMessage } from '../../../turn/ports/conversation-directory.ts'

const tool: ToolSchema = { type: 'function', function: { name: 'beep', parameters: { type: 'object' } } }

test('conversations are listed page by page, each one once', async (t) => {
  const { ask, directory } = openNative(t)
  const names = Array.from({ length: 120 }, (_, index) => `chat-${index}`)
  for (const name of names) directory.addConversation({ name })
  const listed: unknown[] = []
  const sizes: number[] = []
  for (let after: unknown = ''; after !== undefined; ) {
    const { status, body } = await ask('GET', `/conversations${after && `?after=${after}`}`)
    assert.equal(status, 200)
    const page = body.conversations as { name: string }[]
    listed.push(...page.map(({ name }) => name))
    sizes.push(page.length)
    after = body.next
  }
  assert.deepEqual(listed, names)
  assert.deepEqual(sizes, [50, 50, 20])
  assert.equal(((await ask('GET', '/conversations?limit=200')).body.conversations as []).length, 120)
})

test('a malformed cursor and a limit outside its range are refused', async (t) => {
  const { ask } = openNative(t)
  for (const query of [
    'after=x',
    'after=',
    'limit=0',
    'limit=201',
    'limit=1.5',
    'limit=',
    'limit=1&limit=2',
  ]) {
    assert.equal((await ask('GET', `/conversations?${query}`)).status, 422, query)
  }
})

test('a conversation is read with its settings and its active turn', async (t) => {
  const { ask, directory } = openNative(t)
  const { id } = directory.addTurn()
  directory.addConversation({
    title: 'T',
    system: 'S',
    model: 'demo',
    tools: [tool],
    messages: 3,
    activeTurn: id,
  })
  const { status, body } = await ask('GET', '/conversations/chat')
  assert.equal(status, 200)
  assert.deepEqual(body, {
    ...{
      name: 'chat',
      title: 'T',
      system: 'S',
      model: 'demo',
      tools: [tool.function],
      messages: 3,
      activeTurn: id,
      branch: 1,
    },
    ...{ createdAt: '2026-01-02T03:04:05.678Z', updatedAt: '2026-01-02T03:04:05.678Z' },
  })
})

test('a change sets the members that it has, removes those that are null, and leaves the others', async (t) => {
  const { ask, directory, leftOut } = openNative(t)
  directory.addConversation({ title: 'T', system: 'S', tools: [tool] })
  const change = { title: null, model: 'demo', tools: [{ name: 'hum' }, { name: 'get_weather' }] }
  const { status, body } = await ask('PATCH', '/conversations/chat', change)
  const { title, system, model, tools } = body
  assert.deepEqual([status, title, system, model, tools], [200, null, 'S', 'demo', [{ name: 'hum' }]])
  assert.deepEqual(leftOut, ['get_weather'])
  assert.deepEqual((await ask('PATCH', '/conversations/chat', { tools: null })).body.tools, [])
  assert.equal((await ask('PATCH', '/conversations/chat', {})).body.model, 'demo')
})

test('an invalid change is refused and changes nothing', async (t) => {
  const { ask, directory } = openNative(t)
  directory.addConversation({ title: 'T' })
  for (const [change, status] of [
    [undefined, 422],
    [{ title: 1 }, 422],
    [{ title: 'x'.repeat(513) }, 422],
    [{ model: '' }, 422],
    [{ model: '\ud800' }, 422],
    [{ title: 'U', tools: Array(3).fill({ name: 'f' }) }, 422],
    [{ title: 'U', model: 'gone' }, 404],
  ] as const) {
    assert.equal((await ask('PATCH', '/conversations/chat', change)).status, status, JSON.stringify(change))
  }
  assert.equal(directory.found.get('chat')?.title, 'T')
})

test('a conversation can be deleted once', async (t) => {
  const { ask, directory } = openNative(t)
  directory.addConversation()
  const gone = await ask('DELETE', '/conversations/chat')
  assert.deepEqual([gone.status, gone.type], [204, ''])
  assert.equal((await ask('DELETE', '/conversations/chat')).status, 404)
})

test('every route of a conversation that does not exist is 404', async (t) => {
  const { ask } = openNative(t)
  for (const response of [
    await ask('GET', '/conversations/chat'),
    await ask('PATCH', '/conversations/chat', { title: 'T' }),
    await ask('GET', '/conversations/chat/messages'),
  ]) {
    assert.deepEqual([response.status, response.body.detail], [404, 'No conversation has this name.'])
  }
})

test('messages are listed from the newest page to the oldest, which has no before', async (t) => {
  const { ask, directory } = openNative(t)
  directory.addConversation()
  const log = Array.from({ length: 6 }, (_, index): StoredMessage => {
    const rest = { turn: null, complete: true, calls: [], createdAt: new Date(), branch: 1 }
    return { seq: index + 3, role: 'user', content: `${index}`, ...rest }
  })
  directory.logs.set('chat', log)
  const page = async (query: string) => {
    const { body } = await ask('GET', `/conversations/chat/messages?${query}`)
    return [(body.messages as { seq: number }[]).map(({ seq }) => seq), body.before]
  }
  assert.deepEqual(await page('limit=3'), [[6, 7, 8], 6])
  assert.deepEqual(await page('limit=3&before=6'), [[3, 4, 5], undefined])
  assert.deepEqual(await page('limit=6'), [[3, 4, 5, 6, 7, 8], undefined])
  assert.deepEqual(await page('before=3'), [[], undefined])
  for (const query of ['before=0', 'before=x', 'limit=201']) {
    assert.equal((await ask('GET', `/conversations/chat/messages?${query}`)).status, 422)
  }
})

test('a message is read with its calls, their results, and its usage', async (t) => {
  const { ask, directory } = openNative(t)
  const { id } = directory.addTurn()
  const fields = { index: 0, name: 'beep', arguments: { loud: true }, side: 'device' as const }
  const createdAt = new Date('2026-01-02T03:04:05.678Z')
  directory.logs.set('chat', [
    {
      ...{ seq: 1, role: 'user', content: 'Hi', images: ['aGk='], turn: id, complete: true, calls: [] },
      ...{ createdAt, branch: 1 },
    },
    {
      ...{ createdAt, branch: 3, siblings: [1, 3] },
      ...{
        seq: 2,
        role: 'assistant',
        content: '',
        thinking: 'Hm.',
        turn: id,
        complete: false,
        usage: { outputTokens: 2 },
      },
      calls: [
        { ...fields, id: 'a', status: 'answered', output: 'done' },
        { ...fields, id: 'b', status: 'superseded' },
      ],
    },
  ])
  const call = { name: 'beep', arguments: { loud: true }, side: 'device' }
  assert.deepEqual((await ask('GET', '/conversations/chat/messages')).body.messages, [
    {
      ...{ seq: 1, role: 'user', content: 'Hi', images: ['aGk='], turn: id, complete: true, calls: [] },
      ...{ createdAt: '2026-01-02T03:04:05.678Z', branch: 1 },
    },
    {
      ...{ createdAt: '2026-01-02T03:04:05.678Z', branch: 3, siblings: [1, 3] },
      ...{
        seq: 2,
        role: 'assistant',
        content: '',
        thinking: 'Hm.',
        turn: id,
        complete: false,
        usage: { outputTokens: 2 },
      },
      calls: [
        { callId: 'a', ...call, status: 'answered', output: 'done' },
        { callId: 'b', ...call, status: 'superseded' },
      ],
    },
  ])
})

test('the models of the engine and the resident tools with their limits are listed', async (t) => {
  const { ask, models } = openNative(t)
  models.push({ name: 'big', contextLength: 4_096 })
  assert.deepEqual((await ask('GET', '/models')).body, {
    models: [
      { name: 'demo', capabilities: ['completion', 'tools'], loadedContext: 4_096 },
      { name: 'big', contextLength: 4_096 },
    ],
  })
  assert.deepEqual((await ask('GET', '/tools')).body, {
    tools: [
      {
        ...{ name: 'get_weather', parameters: { type: 'object' }, source: 'builtin' },
        approval: false,
        limits: { timeoutMs: 15_000, maxOutputBytes: 65_536, callsPerMinute: 60 },
        ...{ calls: 7, failures: 2, repairs: 1 },
      },
    ],
    sources: [
      { name: 'builtin', state: 'ready', tools: 1 },
      { name: 'file:get-time.ts', state: 'down', reason: 'get-time.ts:3: no', tools: 0 },
    ],
  })
})

test('a route has its methods only, and the problem says which they are', async (t) => {
  const { ask } = openNative(t)
  for (const [method, path, allow] of [
    ['DELETE', '/models', 'GET, HEAD'],
    ['POST', '/conversations/a%2Fb', 'GET, HEAD, PATCH, DELETE'],
    ['GET', '/conversations/a/turns', 'POST'],
  ] as const) {
    const { status, type, headers, body } = await ask(method, path)
    assert.deepEqual([status, headers.allow, body.code], [405, allow, 'method-not-allowed'], path)
    assert.match(type, /^application\/problem\+json/)
  }
})

test('a slash at the end of a path changes nothing; an escaped one is part of the name', async (t) => {
  const { ask, directory } = openNative(t)
  directory.addConversation({ name: 'a/' })
  assert.equal((await ask('GET', '/conversations/')).status, 200)
  assert.equal((await ask('GET', '/conversations/a%2F')).body.name, 'a/')
  assert.equal((await ask('GET', '/conversations/a%2F/')).body.name, 'a/')
})

test('a conversation cannot be named by dots that mean another path', async (t) => {
  const { listen, turns } = openNative(t)
  const { hostname: host, port, pathname } = new URL(await listen())
  /** Sends a path as it is; the clients of other tests replace such dots. */
  const begin = async (name: string) => {
    const outgoing = request({ host, port, method: 'POST', path: `${pathname}/conversations/${name}/turns` })
    outgoing.end('{"input": "Hi"}')
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    return [response.statusCode, await text(response)] as const
  }
  for (const name of ['.', '..', '%2E%2e']) {
    const [status, body] = await begin(name)
    assert.equal(status, 422)
    assert.match(body, /cannot be names of conversations/)
  }
  assert.deepEqual(turns.begun, [])
  assert.equal((await begin('...'))[0], 202)
})
