import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  away,
  clientOf,
  end,
  ended,
  ok,
  problem,
  type Responder,
  start,
  step,
  stream,
} from '../../test/support/clients/sdk/told-server.ts'
import { ChatterdError } from './chatterd-error.ts'

test('a prompt that the server refuses is not sent again, and says why', async () => {
  const { chat, platform, routes } = clientOf({ 'POST /turns': problem(502, 'engine-unreachable') })
  const turn = chat.send('hi')
  const error = await ended(turn, platform)
  assert.ok(error instanceof ChatterdError)
  assert.deepEqual(
    { ...error },
    { code: 'engine-unreachable', status: 502, detail: 'It is engine-unreachable' },
  )
  assert.deepEqual(
    [turn.state.status, turn.state.error, turn.state.connection.state],
    ['failed', { ...error }, 'closed'],
  )
  assert.deepEqual(routes(), ['POST /turns'])
  await assert.rejects(async () => {
    for await (const event of turn) assert.ok(event)
  }, error)
})

test('a prompt that nothing responds to is sent with one key, as often as it may be, and then given up', async () => {
  const { chat, platform, requests } = clientOf({ 'POST /turns': away })
  const error = await ended(chat.send('hi'), platform)
  assert.ok(error instanceof ChatterdError)
  assert.deepEqual([error.code, error.status], ['network', undefined])
  assert.match(error.detail, /ECONNREFUSED/)
  assert.equal(requests.length, 3)
  assert.equal(new Set(requests.map(({ key }) => key)).size, 1)
})

test('a turn that has begun is followed however long the server is away', async () => {
  const lost = Array.from({ length: 20 }, () => away)
  const { chat, platform } = clientOf({
    'POST /turns': stream(start),
    'GET /events?after=1': [...lost, stream(step + end(3))],
  })
  assert.equal(await ended(chat.send('hi'), platform), 'completed')
})

test('a page in between that is none of chatterd is no stream', async () => {
  const login: Responder = () => new Response('<html>', { headers: { 'content-type': 'text/html' } })
  const { chat, platform } = clientOf({ 'POST /turns': [login, stream(start + step + end(3))] })
  assert.equal(await ended(chat.send('hi'), platform), 'completed')
})

test('an aborted signal rejects with its reason at once, and cancels the turn', async () => {
  const control = new AbortController()
  const { chat, platform, routes } = clientOf({
    'POST /turns': stream(start, { open: true }),
    'POST /cancel': ok,
  })
  const turn = chat.send('hi', { signal: control.signal })
  await platform.passUntil(() => turn.id !== undefined)
  const reason = new Error('enough')
  control.abort(reason)
  await assert.rejects(turn.result, reason)
  await platform.passUntil(() => routes().includes('POST /cancel'))
  assert.equal(turn.state.status, 'cancelled')
})

test('a signal that is aborted while the prompt is on its way cancels the turn that begins', async () => {
  const control = new AbortController()
  const { promise, resolve } = Promise.withResolvers<Response>()
  const { chat, platform, routes } = clientOf({ 'POST /turns': () => promise, 'POST /cancel': ok })
  const turn = chat.send('hi', { signal: control.signal })
  await platform.passUntil(() => routes().length === 1)
  control.abort()
  await assert.rejects(turn.result, { name: 'AbortError' })
  resolve(await stream(start, { open: true })({ method: '', path: '', body: null, signal: undefined }))
  await platform.passUntil(() => routes().includes('POST /cancel'))
})

test('a prompt that waits in the queue has its place, and leaves it where it is cancelled', async () => {
  let isLeft = false
  const waiting: Responder = (request) => {
    request.signal?.addEventListener('abort', () => {
      isLeft = true
    })
    return stream('event: queued\ndata: {"position":2}\n\n', { open: true })(request)
  }
  const { chat, platform, routes } = clientOf({ 'POST /turns': waiting })
  const turn = chat.send('hi')
  await platform.passUntil(() => turn.state.position === 2)
  turn.cancel()
  assert.equal(await ended(turn, platform), 'cancelled')
  assert.deepEqual([isLeft, routes()], [true, ['POST /turns']])
})

test('a request that is refused after it has waited says why', async () => {
  const refused =
    'event: queued\ndata: {"position":1}\n\nevent: turn-end\ndata: {"status":"failed","error":{"code":"conversation-busy","detail":"Busy"}}\n\n'
  const { chat, platform } = clientOf({ 'POST /turns': stream(refused) })
  const error = await ended(chat.send('hi'), platform)
  assert.deepEqual({ ...(error as object) }, { code: 'conversation-busy', detail: 'Busy' })
})

test('turn-end is the last event also of a turn that was deleted with its conversation', async () => {
  const { chat, platform } = clientOf({
    'POST /turns': stream(start + step),
    'GET /events?after=2': problem(404, 'not-found'),
  })
  const turn = chat.send('hi')
  assert.equal(await ended(turn, platform), 'cancelled')
  assert.equal(turn.state.error?.code, 'turn-lost')
  const events = []
  for await (const { type } of turn) if (type !== 'connection') events.push(type)
  assert.deepEqual(events, ['turn-start', 'step-start', 'turn-end'])
})

test('where the server has no more events, the turn ends as the server says that it has', async () => {
  const { chat, platform } = clientOf({
    'POST /turns': stream(start + step),
    'GET /events?after=2': () => new Response(null, { status: 204 }),
    'GET ': () => Response.json({ id: 't1', status: 'interrupted', calls: [] }),
  })
  assert.equal(await ended(chat.send('hi'), platform), 'interrupted')
})

test('a turn that does not exist is an error for who follows it by its id', async () => {
  const { client, platform } = clientOf({ 'GET /events': problem(404, 'not-found') })
  assert.equal(((await ended(client.turn('t1'), platform)) as ChatterdError).code, 'not-found')
})

test('what a subscriber throws is thrown, and does not disturb the turn', async (t) => {
  const later: (() => void)[] = []
  t.mock.method(globalThis, 'queueMicrotask', (run: () => void) => later.push(run))
  const { chat, platform } = clientOf({ 'POST /turns': stream(start + step + end(3)) })
  const turn = chat.send('hi')
  turn.subscribe(() => {
    throw new Error('mine')
  })
  assert.equal(await ended(turn, platform), 'completed')
  assert.throws(() => later[0]?.(), /mine/)
})
