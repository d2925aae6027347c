import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { untilReadiness } from '../support/processes/readiness.ts'
import { done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'
import { openServers } from './servers.ts'

const [embedded, postgresql] = databaseKinds
assert.ok(embedded && postgresql)

for (const kind of databaseKinds) {
  test(`on ${kind.name}, at SIGTERM a server finishes its replies and refuses new prompts [drain]`, async (t) => {
    const source = await kind.create({ after: (end) => t.after(end) })
    await using servers = await openServers(t.signal)
    const server = servers.start(source)
    const url = await server.url
    const gate = Promise.withResolvers<void>()
    const apps = ['a', 'b', 'c']
    servers.model.replies(
      ...apps.map(() => pauses([text('begun')], gate.promise, [text(' and done'), done()])),
    )
    const running = apps.map((app) => servers.prompt(url, `of ${app}`, app))
    await Promise.all(running.map((posting) => posting.event(0)))

    server.kill('SIGTERM')
    await untilReadiness(url, 503)
    const refused = await servers.prompt(url, 'too late', 'd').response
    assert.equal(refused.status, 503)
    assert.match(String(refused.error), /shutting down/)
    gate.resolve()
    const responses = await Promise.all(running.map((posting) => posting.response))
    for (const response of responses)
      assert.deepEqual([response.text, response.error], ['begun and done', undefined])
    const { code, signal, errors } = await server.exit
    assert.deepEqual([code, signal], [0, null])
    const lines = errors.trim().split('\n')
    assert.ok(
      lines.some((line) => JSON.parse(line).msg.startsWith('SIGTERM: ')),
      'every line of the log is JSON',
    )

    const again = await servers.start(source).url
    servers.model.replies(says('hello again'), says('first'))
    await servers.prompt(again, 'again', 'a').response
    assert.deepEqual(
      servers.model.lastMessages().map(({ content }) => content),
      ['of a', 'begun and done', 'again'],
    )
    await servers.prompt(again, 'first', 'd').response
    assert.equal(servers.model.lastMessages().length, 1)
  })
}

test('a reply that does not finish in time is ended, and its text is kept [drain] [text-kept]', async (t) => {
  const source = await postgresql.create({ after: (end) => t.after(end) })
  await using servers = await openServers(t.signal)
  const server = servers.start(source, { CHATTERD_DRAIN_TIMEOUT: '50ms' })
  const url = await server.url
  servers.model.replies(pauses([text('begun')], new Promise(() => {}), []))
  const running = servers.prompt(url, 'go on for ever')
  await running.event(0)
  server.kill('SIGTERM')
  const response = await running.response
  assert.match(String(response.error), /shut down/)
  assert.equal((await server.exit).code, 0)

  const again = await servers.start(source).url
  servers.model.replies(says('yes'))
  await servers.prompt(again, 'are you there?').response
  assert.deepEqual(
    servers.model.lastMessages().map(({ content }) => content),
    ['go on for ever', 'begun', 'are you there?'],
  )
})

test('at SIGTERM a server does not wait for connections that never sent a whole request', async (t) => {
  const source = await postgresql.create({ after: (end) => t.after(end) })
  await using servers = await openServers(t.signal)
  const server = servers.start(source, { CHATTERD_DRAIN_TIMEOUT: '50ms' })
  const { hostname, port } = new URL(await server.url)
  for (const sent of [
    '',
    'POST /llmtools HTTP/1.1\r\nHost: localhost\r\n',
    'POST /llmtools HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{',
  ]) {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {})
    t.after(() => socket.destroy())
    await once(socket, 'connect')
    socket.write(sent)
  }
  server.kill('SIGTERM')
  assert.deepEqual(await server.exit.then(({ code, signal }) => [code, signal]), [0, null])
})

test('a second process on the same data directory says which one uses it; when that is killed, the next can use it at once', async (t) => {
  const source = await embedded.create({ after: (end) => t.after(end) })
  await using servers = await openServers(t.signal)
  const owner = servers.start(source)
  const url = await owner.url
  const { code, errors } = await servers.start(source).exit
  assert.equal(code, 1)
  assert.match(errors, /is in use by chatterd, process \d+, since \S+, serving http:/)
  assert.ok(errors.includes(url))
  assert.doesNotMatch(errors, /^\s+at /m)

  servers.model.replies(says('one'), says('two'))
  assert.equal((await servers.prompt(url, 'first').response).text, 'one')
  owner.kill('SIGKILL')
  await owner.exit
  const next = await servers.start(source).url
  assert.equal((await servers.prompt(next, 'second').response).text, 'two')
  assert.equal(servers.model.lastMessages().length, 3)
})
