import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../src/client/index.ts'
import { createView } from '../../src/client/view.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { serverEnv, shortLease, startServer } from '../support/processes/child-server.ts'
import { ollamaStandIn } from '../support/stand-ins/ollama.ts'
import { calls, done, pauses, says, sends, text } from '../support/stand-ins/ollama-replies.ts'
import { viewUntil } from './until.ts'

test('a server that is killed in the middle of an answer, and started again, is there again for its views, which show what is stored', async (t) => {
  const [embedded] = databaseKinds.filter(({ kind }) => kind === 'embedded')
  const source = await embedded?.create(t)
  assert.ok(source)
  const ollama = await ollamaStandIn()
  t.after(() => ollama.close())
  const model = ollama.model('restart:test')
  const over = new AbortController()
  t.after(() => over.abort())
  const env = { ...serverEnv(source, ollama.url), ...shortLease }
  const first = startServer(env, over.signal)
  const baseUrl = await first.url
  const runs: string[] = []
  const tools = [
    { name: 'get_place', run: (_: unknown, { callId }: { callId: string }) => runs.push(callId) && 'sea' },
  ]
  const conversation = createClient({ baseUrl, reconnect: { longestMs: 500 } }).conversation('home')
  const view = createView(conversation, { tools })
  t.after(view.subscribe(() => {}))

  const { promise: never } = Promise.withResolvers<void>()
  model.replies(pauses([text('Half')], never, [done()]))
  view.send('hello', { model: model.name })
  await viewUntil(view, ({ turn }) => turn?.replies[0]?.text === 'Half')
  first.kill('SIGKILL')
  await first.exit
  await viewUntil(
    view,
    ({ connection, turn }) => connection.state === 'waiting' && turn?.connection.state === 'waiting',
  )
  const second = startServer({ ...env, PORT: new URL(baseUrl).port }, over.signal)
  await second.url
  const after = await viewUntil(view, ({ turn, messages }) => turn === undefined && messages.length > 0)
  assert.equal(after.failure?.status, 'interrupted')
  const { messages } = await conversation.messages()
  assert.deepEqual(after.messages, messages)

  model.replies(sends([calls([{ name: 'get_place', arguments: {} }]), done()]), says('At the sea'))
  view.send('and where?', { model: model.name })
  await viewUntil(
    view,
    ({ turn, messages }) => turn === undefined && messages.at(-1)?.content === 'At the sea',
  )
  assert.equal(runs.length, 1)
})
