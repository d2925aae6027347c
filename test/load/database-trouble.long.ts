import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkTurn } from '../support/clients/native/check-turn.ts'
import { beginTurn, getTurn } from '../support/clients/native/client.ts'
import { type Addresses, openContinuousClient } from '../support/clients/native/continuous-client.ts'
import { startPostgres } from '../support/databases/postgres-server.ts'
import { serverEnv, startServer } from '../support/processes/child-server.ts'
import { untilReadiness } from '../support/processes/readiness.ts'
import { openServerPair } from '../support/processes/server-pair.ts'
import { loadModel } from '../support/stand-ins/load-model.ts'
import { ollamaStandIn } from '../support/stand-ins/ollama.ts'
import { testSize } from '../support/test-size.ts'

test('with one connection to the database each, two processes serve many turns at once', async (t) => {
  await using pair = await openServerPair(t.signal, { CHATTERD_DATABASE_POOL: '1', CHATTERD_LEASE: '10s' })
  const model = loadModel(pair.ollama, 'load:test', 20, 10)
  const names = Array.from({ length: testSize.streams }, (_, index) => `one-${index}`)
  await Promise.all(
    names.map(async (name, index) => {
      const [holder, other] = index % 2 ? [pair.one, pair.two] : [pair.two, pair.one]
      const { over, record } = beginTurn(holder, name, { input: name, model: model.name })
      assert.equal(await over, 'ended')
      record.endedAs('completed')
      checkTurn(record.events)
      assert.equal(record.text, model.replyTo(name))
      assert.equal((await getTurn(other, String(record.turn))).json.status, 'completed')
    }),
  )
})

test(`of ${testSize.promptsAtOnce} prompts that come at once none is refused: they wait for the ten connections to the database`, async (t) => {
  await using pair = await openServerPair(t.signal, {
    // For a machine that is busy with other tests.
    CHATTERD_DATABASE_WAIT: '30s',
    CHATTERD_LEASE: '1m',
  })
  const model = loadModel(pair.ollama, 'load:test', 2, 1)
  const names = Array.from({ length: testSize.promptsAtOnce }, (_, index) => `at-once-${index}`)
  const began = performance.now()
  const ends = await Promise.all(
    names.map(async (name) => {
      const { over, record } = beginTurn(pair.one, name, { input: name, model: model.name })
      return (await over) === 'ended' && record.endedAs('completed').name
    }),
  )
  t.diagnostic(`${Math.round(performance.now() - began)} ms`)
  assert.deepEqual([...new Set(ends)], ['turn-end'])
})

test('PostgreSQL restarts under load: what was acknowledged is stored, nothing is stuck, and all goes on by itself [stored] [database-back]', async (t) => {
  await using rooms = new AsyncDisposableStack()
  const postgres = await startPostgres()
  rooms.defer(() => postgres.remove())
  const ollama = await ollamaStandIn()
  rooms.defer(() => ollama.close())
  const source = { kind: 'postgresql', url: `${postgres.url}postgres` } as const
  const env = { ...serverEnv(source, ollama.url), CHATTERD_LEASE: '30s', CHATTERD_MAX_TURNS: '500' }
  const servers = [startServer(env, t.signal), startServer(env, t.signal)]
  rooms.defer(async () => {
    for (const server of servers) server.kill('SIGKILL')
    await Promise.all(servers.map((server) => server.exit))
  })
  const [one = '', two = ''] = await Promise.all(servers.map((server) => server.url))
  const at: Addresses = { one, two }
  const model = loadModel(ollama, 'load:test', 20, 20)
  const clients = Array.from({ length: testSize.continuousClients }, (_, index) =>
    openContinuousClient(`away-${index}`, model, at, t.signal),
  )
  for (let time = 0; time < testSize.databaseRestarts; time++) {
    await Promise.all(clients.map((client) => client.untilMore(1)))
    await postgres.stop()
    await untilReadiness(one, 503)
    await postgres.start()
    await Promise.all([one, two].map((url) => untilReadiness(url, 200)))
  }
  await Promise.all(clients.map((client) => client.untilMore(1)))
  const turns = (await Promise.all(clients.map((client) => client.end()))).flat()
  t.diagnostic(`${turns.length} turns`)
  for (const { turn, end } of turns) {
    // Its process was never killed, and the database was back within the lease.
    assert.equal(end.data.status, 'completed', end.raw)
    assert.equal((await getTurn(two, turn)).json.status, 'completed')
  }
})
