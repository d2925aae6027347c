import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { openNative } from '../../../../test/support/native-http/native-world.ts'
import { readEvents } from '../../../../test/support/native-http/read-events.ts'
import { noId } from '../../../../test/support/native-http/scripted-turns.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { TurnEvent } from '../../../protocol/events.ts'

const delta = (text: string): TurnEvent => ({ type: 'text-delta', text })
const begin: TurnEvent[] = [
  { type: 'turn-start', turn: 't', conversation: 'chat', model: 'demo' },
  { type: 'step-start', step: 1 },
]
const rest: TurnEvent[] = [delta('Grüß\n🎈'), { type: 'turn-end', status: 'completed' }]

/** A turn with four events, and the URL to follow them. */
async function follow(t: Parameters<typeof openNative>[0], given: Parameters<typeof openNative>[1] = {}) {
  const world = openNative(t, given)
  const { id } = world.directory.addTurn()
  world.turns.publish({ id }, begin, rest)
  const base = await world.listen()
  return { ...world, id, base, url: `${base}/turns/${id}/events` }
}

test("a turn's events are numbered from 1 without gaps, each with its name and its data on one line", async (t) => {
  const { url, id } = await follow(t)
  const { status, type, text } = await readEvents(url)
  assert.deepEqual([status, type], [200, 'text/event-stream'])
  assert.equal(
    text,
    [
      `id: ${id}:1\nevent: turn-start\ndata: {"turn":"t","conversation":"chat","model":"demo"}\n\n`,
      `id: ${id}:2\nevent: step-start\ndata: {"step":1}\n\n`,
      `id: ${id}:3\nevent: text-delta\ndata: {"text":"Grüß\\n🎈"}\n\n`,
      `id: ${id}:4\nevent: turn-end\ndata: {"status":"completed"}\n\n`,
    ].join(''),
  )
})

test('a client that reconnects gets the events after its last one, and at once a comment that it is connected', async (t) => {
  const { url, id } = await follow(t)
  for (const [query, headers] of [
    ['?after=1', {}],
    ['', { 'Last-Event-ID': `${id}:1` }],
    ['', { 'Last-Event-ID': '1' }],
    ['?after=3', { 'Last-Event-ID': `${id}:1` }],
  ] as const) {
    const { text, events } = await readEvents(url + query, { headers })
    assert.match(text, /^: connected\n\nid: /)
    assert.deepEqual(
      events.map((event) => event.id),
      [`${id}:2`, `${id}:3`, `${id}:4`],
    )
  }
  assert.equal((await readEvents(`${url}?after=4`)).text, ': connected\n\n')
})

test('a turn that has ended is 204 for a client that has its last event, so that an EventSource stops', async (t) => {
  const { url, directory, id, turns } = await follow(t)
  directory.addTurn({ id, status: 'completed' })
  assert.equal((await readEvents(`${url}?after=3`)).events.length, 1)
  for (const after of [4, 5, 1_000]) assert.equal((await readEvents(`${url}?after=${after}`)).status, 204)
  turns.followed = 'closing'
  assert.equal((await readEvents(`${url}?after=4`)).text, ': reconnect\n\n')
})

test('an event is one line also for readers that end lines at other characters', async (t) => {
  const { url, turns, id } = await follow(t)
  const text = 'a\u2028b\u2029c\u0085d'
  for (const batches of [[begin, [delta(text)]], [[...begin, delta(text)]]]) {
    turns.publish({ id }, ...batches)
    const response = await readEvents(url)
    assert.doesNotMatch(response.text, /[\u0085\u2028\u2029]/)
    assert.match(response.text, /data: \{"text":"a\\u2028b\\u2029c\\u0085d"\}\n/)
  }
})

test('a malformed event id and one of another turn are refused', async (t) => {
  const { url } = await follow(t)
  for (const [query, headers] of [
    ['?after=-1', {}],
    ['?after=x', {}],
    ['?after=1&after=2', {}],
    ['', { 'Last-Event-ID': `${noId}:1` }],
    ['', { 'Last-Event-ID': 'x' }],
  ] as const) {
    const { status, type } = await readEvents(url + query, { headers })
    assert.deepEqual([status, type.split(';')[0]], [422, 'application/problem+json'])
  }
})

test('a prompt that accepts an event stream gets the events of its turn', async (t) => {
  const { base, turns, id } = await follow(t)
  const post = (accept: string) =>
    readEvents(`${base}/conversations/chat/turns`, {
      method: 'POST',
      headers: { accept },
      body: JSON.stringify({ input: 'Hi' }),
    })
  turns.replay = { turn: id, after: 0 }
  assert.equal((await post('text/event-stream')).events.length, 4)
  assert.equal((await post('application/json, Text/Event-Stream;q=0.9')).events.length, 4)
  turns.replay = { turn: id, after: 2 }
  assert.deepEqual(
    (await post('text/event-stream')).events.map((event) => event.name),
    ['text-delta', 'turn-end'],
  )
  assert.equal((await post('*/*')).status, 202)
})

test('a refused prompt gets a problem, also where it accepts an event stream', async (t) => {
  const { base, turns } = await follow(t)
  turns.refusal = new ChatterdError('conversation-busy', 'Busy.')
  const { status, type } = await readEvents(`${base}/conversations/chat/turns`, {
    method: 'POST',
    headers: { accept: 'text/event-stream' },
    body: '{"input": "Hi"}',
  })
  assert.deepEqual([status, type.split(';')[0]], [409, 'application/problem+json'])
})

test('a stream that the server closes early ends with a reconnect comment and without turn-end', async (t) => {
  const { url, turns, id } = await follow(t)
  turns.publish({ id }, begin)
  turns.followed = 'closing'
  assert.match((await readEvents(url)).text, /data: \{"step":1\}\n\n: reconnect\n\n$/)
})

test('a turn that does not exist is 404; where it disappears during the stream, the stream ends with a reconnect comment', async (t) => {
  const { url, base, turns, id } = await follow(t)
  turns.followed = 'unknown'
  assert.equal((await readEvents(`${base}/turns/${noId}/events`)).status, 404)
  turns.publish({ id }, begin)
  const { status, text } = await readEvents(url)
  assert.equal(status, 200)
  assert.match(text, /: reconnect\n\n$/)
})

test('a turn whose events are pruned is sent from its stored outcome', async (t) => {
  const { url, turns, directory, id } = await follow(t)
  turns.chunks.delete(id)
  turns.followed = 'pruned'
  assert.equal((await readEvents(url)).status, 404)
  const turn = { ...directory.addTurn({ id, status: 'cancelled' }), replies: [] }
  directory.outcomes.set(id, turn)
  assert.deepEqual(
    (await readEvents(url)).events.map(({ id: number, name }) => [number, name]),
    [
      [`${id}:1`, 'turn-start'],
      [`${id}:2`, 'turn-end'],
    ],
  )
  assert.deepEqual(
    (await readEvents(`${url}?after=9`)).events.map(({ id: number, name }) => [number, name]),
    [[`${id}:10`, 'turn-end']],
  )
  directory.outcomes.set(id, { ...turn, status: 'running' })
  assert.equal((await readEvents(url)).text, ': reconnect\n\n')
})

test('a failure before the stream begins has a status; a later one ends it with a reconnect comment; faults are reported', async (t) => {
  const { url, turns, faults, id } = await follow(t)
  const fails = (error: Error) => () => Promise.reject(error)
  turns.chunks.delete(id)
  turns.followed = fails(new ChatterdError('database-unavailable', 'Away.'))
  assert.equal((await readEvents(url)).status, 503)
  turns.followed = fails(new Error('a bug'))
  assert.equal((await readEvents(url)).status, 500)
  assert.equal(faults.length, 1)
  turns.publish({ id }, begin)
  assert.match((await readEvents(url)).text, /: reconnect\n\n$/)
  assert.equal(faults.length, 2)
  turns.followed = fails(new ChatterdError('database-unavailable', 'Away.'))
  assert.match((await readEvents(url)).text, /: reconnect\n\n$/)
  assert.equal(faults.length, 2)
})

test('following ends when the client disconnects', async (t) => {
  const disconnected = Promise.withResolvers<void>()
  const { url, turns } = await follow(t)
  const followOn = turns.follow.bind(turns)
  turns.follow = async (turn, after, sink, signal) => {
    await followOn(turn, after, sink, signal)
    signal.addEventListener('abort', () => disconnected.resolve())
    await disconnected.promise
    return 'disconnected'
  }
  const client = new AbortController()
  const response = await fetch(url, { signal: client.signal })
  await response.body?.getReader().read()
  client.abort()
  await disconnected.promise
})

test('a turn that is pruned while it is followed goes on from its stored outcome, after the last event that was sent [pruned]', async (t) => {
  const { url, turns, directory, id } = await follow(t)
  turns.publish({ id }, begin)
  turns.followed = 'pruned'
  directory.outcomes.set(id, { ...directory.addTurn({ id, status: 'cancelled' }), replies: [] })
  const { events } = await readEvents(url)
  assert.deepEqual(
    events.map(({ id: number, name }) => [number, name]),
    [
      [`${id}:1`, 'turn-start'],
      [`${id}:2`, 'step-start'],
      [`${id}:3`, 'turn-end'],
    ],
  )
})

for (const [title, pathOf] of [
  ['a complete stream', (id: string) => `turns/${id}/events`],
  ['a complete JSON response', () => 'conversations/long'],
] as const) {
  test(`a client that does not read ${title} is disconnected [slow-readers]`, {
    timeout: 20_000,
  }, async (t) => {
    const limits = {
      keepAliveMs: 60_000,
      maxUnreadBytes: 1e9,
      maxMessages: 4,
      maxTools: 2,
      stallTimeoutMs: 50,
    }
    const { app, base, turns, directory, id } = await follow(t, { limits })
    const text = 'x'.repeat(50_000_000)
    turns.chunks.delete(id)
    turns.followed = 'pruned'
    const replies = [{ step: 1, content: text, calls: [], usage: {}, complete: true }]
    directory.outcomes.set(id, { ...directory.addTurn({ id, status: 'completed' }), replies } as never)
    directory.addConversation({ name: 'long', system: text })
    const closed = Promise.withResolvers<void>()
    app.server.on('connection', (socket) => socket.on('close', () => closed.resolve()))
    const { hostname, port, pathname } = new URL(base)
    const socket = connect(Number(port), hostname)
    t.after(() => socket.destroy())
    socket.pause()
    socket.write(`GET ${pathname}/${pathOf(id)} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
    await closed.promise
  })
}

test('a client that reads nothing is waited for, then disconnected, and following ends', {
  timeout: 20_000,
}, async (t) => {
  const limits = { keepAliveMs: 60_000, maxUnreadBytes: 1e9, maxMessages: 4, maxTools: 2, stallTimeoutMs: 50 }
  const { url, turns } = await follow(t, { limits })
  const closed = Promise.withResolvers<boolean>()
  turns.follow = async (_turn, _after, sink, signal) => {
    const records = `text-delta ${JSON.stringify({ text: 'x'.repeat(1_000_000) })}\n`
    for (let first = 1; !signal.aborted; first++) await sink.write({ first, count: 1, records }, first)
    closed.resolve(true)
    return 'disconnected'
  }
  const { hostname, port, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  t.after(() => socket.destroy())
  socket.pause()
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  assert.equal(await closed.promise, true)
})
