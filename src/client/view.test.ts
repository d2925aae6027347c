import assert from 'node:assert/strict'
import { test } from 'node:test'
import { away, clientOf, type Responder, stream } from '../../test/support/clients/sdk/told-server.ts'
import { createView } from './view.ts'

const present = 'event: conversation\ndata: {"name":"c","branch":1,"messages":2,"activeTurn":null}\n\n'
const watched = stream(present, { open: true })

/** Messages with these numbers. */
function page(first: number, last: number, before?: number): Responder {
  const messages = Array.from({ length: last - first + 1 }, (_, index) => ({
    seq: first + index,
    turn: null,
    role: 'user',
    content: `${first + index}`,
  }))
  return () => Response.json({ messages, before })
}

test('a view asks for nothing before somebody subscribes, and for nothing more once nobody does', async () => {
  const { chat, platform, routes } = clientOf({
    'GET /events': watched,
    'GET /messages?limit=50': page(1, 2),
  })
  const view = createView(chat)
  assert.deepEqual([routes(), view.state.connection.state], [[], 'closed'])
  const close = view.subscribe(() => {})
  await platform.passUntil(() => view.state.status === 'ready')
  assert.deepEqual(routes(), ['GET /events', 'GET /messages?limit=50'])
  close()
  assert.equal(view.state.connection.state, 'closed')
  view.subscribe(() => {})
  // What has been added meanwhile is read.
  await platform.passUntil(() => routes().length === 4)
  assert.deepEqual(routes().slice(2), ['GET /events', 'GET /messages?limit=50'])
})

test('a page that is hidden for ten seconds leaves its connection to others, and has it again when it is shown', async () => {
  const opened: AbortSignal[] = []
  const watch: Responder = (request) => {
    if (request.signal) opened.push(request.signal)
    return watched(request)
  }
  const { chat, platform } = clientOf({ 'GET /events': watch, 'GET /messages?limit=50': page(1, 2) })
  const view = createView(chat)
  view.subscribe(() => {})
  await platform.passUntil(() => view.state.status === 'ready')
  platform.show(false)
  await platform.passUntil(() => opened[0]?.aborted === true, 10_000)
  platform.show(true)
  await platform.passUntil(() => opened.length === 2)
  assert.equal(opened[1]?.aborted, false)
})

test('messages that cannot be read are tried again, and the view says why they are not there', async () => {
  const { chat, platform } = clientOf({
    'GET /events': watched,
    'GET /messages?limit=50': [away, away, page(1, 2)],
  })
  const view = createView(chat)
  view.subscribe(() => {})
  await platform.passUntil(() => view.state.status === 'failed')
  assert.equal(view.state.error?.code, 'network')
  await platform.passUntil(() => view.state.status === 'ready')
  assert.deepEqual([view.state.error, view.state.messages.length], [undefined, 2])
})

test('older messages come before those that are there, which stay the same objects', async () => {
  const { chat, platform } = clientOf({
    'GET /events': watched,
    'GET /messages?limit=2': page(4, 5, 4),
    'GET /messages?limit=2&before=4': page(2, 3, 2),
    'GET /messages?limit=2&before=2': page(1, 1),
  })
  const view = createView(chat, { pageSize: 2 })
  view.subscribe(() => {})
  await platform.passUntil(() => view.state.status === 'ready')
  const first = view.state.messages
  await Promise.all([view.loadOlder(), view.loadOlder()])
  assert.deepEqual(
    view.state.messages.map(({ seq }) => seq),
    [1, 2, 3, 4, 5],
  )
  assert.deepEqual([view.state.hasOlder, view.state.messages.at(-1) === first.at(-1)], [false, true])
})
