import assert from 'node:assert/strict'
import { test } from 'node:test'
import { get, send } from '../support/clients/classic/post.ts'
import { type PostgresServer, startPostgres } from '../support/databases/postgres-server.ts'
import { untilReadiness } from '../support/processes/readiness.ts'
import { shared } from '../support/shared.ts'
import { done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'
import { openServers } from './servers.ts'

/** How soon a client gets 503 while the database is away, in ms: a promise. */
const soon = 2_000

let postgres: PostgresServer
shared(async (rooms) => {
  postgres = await startPostgres()
  rooms.defer(() => postgres.remove())
})

const source = () => ({ kind: 'postgresql' as const, url: `${postgres.url}postgres` })

async function soonOf<T>(response: Promise<T>): Promise<T> {
  const started = performance.now()
  const result = await response
  assert.ok(performance.now() - started < soon, 'clients get the response within two seconds')
  return result
}

test('while PostgreSQL is stopped requests are refused, and when it is back all goes on without a restart [database-back]', async (t) => {
  await using servers = await openServers(t.signal)
  const url = await servers.start(source()).url
  servers.model.replies(says('one'))
  await servers.prompt(url, 'before').response
  await send(`${url}/postchatt`, { username: 'u', message: 'before' }).response

  await postgres.stop()
  for (const content of ['refused', 'refused again']) {
    const refused = await soonOf(servers.prompt(url, content).response)
    assert.equal(refused.status, 503)
    assert.match(String(refused.error), /The database is not available/)
    assert.equal(
      (await soonOf(send(`${url}/postchatt`, { username: 'u', message: content }).response)).status,
      503,
    )
  }
  assert.match(await untilReadiness(url, 503), /not ready/)
  assert.equal((await get(`${url}/healthz`)).status, 200)

  await postgres.start()
  await untilReadiness(url, 200)
  servers.model.replies(says('two'))
  assert.equal((await servers.prompt(url, 'after').response).text, 'two')
  assert.deepEqual(
    servers.model.lastMessages().map(({ content }) => content),
    ['before', 'one', 'after'],
  )
  const board = (await get(`${url}/getchatts`)).json as string[][]
  assert.deepEqual(
    board.map(([, message]) => message),
    ['before'],
  )
})

test('a reply that cannot be stored ends with an error, and its prompt is interrupted', async (t) => {
  await using servers = await openServers(t.signal)
  const url = await servers.start(source()).url
  const gate = Promise.withResolvers<void>()
  servers.model.replies(pauses([text('begun')], gate.promise, [done()]))
  const running = servers.prompt(url, 'first', 'not stored')
  await running.event(0)
  await postgres.stop()
  gate.resolve()
  const response = await running.response
  assert.match(String(response.error), /The database is not available/)
  assert.ok(response.events.every((event) => !event.done))

  await postgres.start()
  await untilReadiness(url, 200)
  servers.model.replies(says('two'))
  assert.equal((await servers.prompt(url, 'second', 'not stored').response).text, 'two')
  assert.deepEqual(
    servers.model.lastMessages().map(({ content }) => content),
    ['first', 'second'],
  )
})

test('a reply that ends while PostgreSQL is stopped for a moment is stored when it is back [database-back]', async (t) => {
  await using servers = await openServers(t.signal)
  const url = await servers.start(source(), { CHATTERD_LEASE: '1m' }).url
  const gate = Promise.withResolvers<void>()
  servers.model.replies(pauses([text('begun')], gate.promise, [text(' and done'), done()]))
  const running = servers.prompt(url, 'first', 'stored late')
  await running.event(0)
  await postgres.stop()
  gate.resolve()
  await running.event(1)
  await untilReadiness(url, 503)
  await postgres.start()
  const response = await running.response
  assert.deepEqual([response.text, response.error], ['begun and done', undefined])
  servers.model.replies(says('two'))
  await servers.prompt(url, 'second', 'stored late').response
  assert.deepEqual(
    servers.model.lastMessages().map(({ content }) => content),
    ['first', 'begun and done', 'second'],
  )
})

test('a server that starts while PostgreSQL is away says so, and serves when it comes', async (t) => {
  await postgres.stop()
  await using servers = await openServers(t.signal)
  const server = servers.start(source())
  const url = await server.url
  assert.match(await untilReadiness(url, 503), /not ready/)
  assert.equal((await soonOf(servers.prompt(url, 'refused', 'from the start').response)).status, 503)
  await postgres.start()
  await untilReadiness(url, 200)
  servers.model.replies(says('one'))
  assert.equal((await servers.prompt(url, 'taken', 'from the start').response).text, 'one')
  assert.equal(servers.model.lastMessages().length, 1)
})

test('while the disk of PostgreSQL is full, /readyz and the log say so, and clients read no file of it', async (t) => {
  await using servers = await openServers(t.signal)
  const server = servers.start(source())
  const url = await server.url
  servers.model.replies(says('one'))
  await servers.prompt(url, 'before', 'full').response

  const file = 'could not extend file "base/5/16412": No space left on device'
  await postgres.run(
    `create function full_disk() returns trigger language plpgsql as $$
     begin raise '${file}' using errcode = 'disk_full'; end $$;
     create trigger full_disk before insert on chatterd.turns for each statement execute function full_disk();
     create trigger full_disk before insert on chatterd.write_check for each statement execute function full_disk()`,
  )
  const full = /not available: its disk is full\. Try again later\.$/
  const refused = await soonOf(servers.prompt(url, 'refused', 'full').response)
  assert.equal(refused.status, 503)
  assert.match(String(refused.error), full)
  const readiness = await untilReadiness(url, 503)
  assert.match(JSON.parse(readiness).reason, full)

  await postgres.run('drop function full_disk cascade')
  await untilReadiness(url, 200)
  servers.model.replies(says('two'))
  assert.equal((await servers.prompt(url, 'after', 'full').response).text, 'two')
  server.kill('SIGTERM')
  const { errors } = await server.exit
  assert.ok(errors.includes(`the database is not ready: ${file.replaceAll('"', '\\"')}`), errors)
  assert.match(errors, /the database is ready/)
})
