import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../support/clients/native/ask.ts'
import { checkTurn, prove } from '../support/clients/native/check-turn.ts'
import { beginTurn, beginUnfollowed, resume, wholeTurn } from '../support/clients/native/client.ts'
import { openContinuousClient } from '../support/clients/native/continuous-client.ts'
import { untilReadiness } from '../support/processes/readiness.ts'
import { openServerPair } from '../support/processes/server-pair.ts'
import { loadModel } from '../support/stand-ins/load-model.ts'
import { testSize } from '../support/test-size.ts'

const settings = { CHATTERD_DRAIN_TIMEOUT: '20s', CHATTERD_MAX_TURNS: '500' }

test('SIGTERM under load: the process is not ready at once, and every stream goes on at the other process without a lost event [drain]', async (t) => {
  await using pair = await openServerPair(t.signal, settings)
  const model = loadModel(pair.ollama, 'load:test', 60, 20)
  const going = pair.processes.one
  const names = Array.from({ length: testSize.streams }, (_, index) => `drain-${index}`)
  const streams = names.map((name) => beginTurn(pair.one, name, { input: name, model: model.name }))
  await Promise.all(streams.map((stream) => stream.until(({ name }) => name === 'text-delta')))

  const began = performance.now()
  going.kill('SIGTERM')
  await untilReadiness(pair.one, 503)
  t.diagnostic(`not ready ${Math.round(performance.now() - began)} ms after SIGTERM`)
  const refused = await beginUnfollowed(pair.one, 'too-late', { input: 'hello', model: model.name })
  assert.deepEqual([refused.status, refused.json.code], [503, 'shutting-down'])
  assert.ok(refused.headers['retry-after'])
  assert.equal((await ask(`${pair.two}/readyz`)).status, 200)

  await Promise.all(
    streams.map(async ({ over, record }, index) => {
      assert.equal(await over, 'reconnect')
      assert.ok(!record.end, 'the turn goes on')
      assert.equal(await resume(pair.two, record).over, 'ended')
      record.endedAs('completed')
      checkTurn(record.events)
      assert.equal(record.text, model.replyTo(names[index] ?? ''))
      assert.equal((await wholeTurn(pair.two, String(record.turn))).bytes(), record.bytes())
    }),
  )
  const { code, signal } = await going.exit
  assert.deepEqual([code, signal], [0, null])
})

test('a rolling restart of both processes under load loses nothing [rolling-restart]', async (t) => {
  await using pair = await openServerPair(t.signal, settings)
  const model = loadModel(pair.ollama, 'load:test', 20, 20)
  const clients = Array.from({ length: testSize.continuousClients }, (_, index) =>
    openContinuousClient(`client-${index}`, model, pair, t.signal),
  )
  for (const which of ['one', 'two'] as const) {
    await Promise.all(clients.map((client) => client.untilMore(1)))
    const old = pair.processes[which]
    old.kill('SIGTERM')
    // The next one serves before the old one has ended.
    await pair.start(which)
    assert.deepEqual(await old.exit.then(({ code, signal }) => [code, signal]), [0, null])
  }
  await Promise.all(clients.map((client) => client.untilMore(1)))
  const turns = (await Promise.all(clients.map((client) => client.end()))).flat()
  t.diagnostic(`${turns.length} turns`)
  for (const { turn, end, digest } of turns) {
    assert.equal(end.data.status, 'completed', end.raw)
    assert.equal(prove(await wholeTurn(pair.one, turn)).digest, digest)
  }
  const others = await pair.sql("select id from chatterd.turns where status <> 'completed'")
  assert.deepEqual(others, [])
  assert.equal((await pair.sql('select id from chatterd.turns')).length, turns.length)
})
