import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openNative } from '../../test/support/native-http/native-world.ts'
import { ChatterdError } from '../protocol/errors.ts'

/** What /readyz says where the engine and the database are as given. */
async function readiness(
  t: TestContext,
  { engine = '', database = '', isDraining = false } = {},
): Promise<[number, unknown]> {
  const { app, turns } = openNative(t, {
    databaseReadiness: async () => (database ? { ready: false, reason: database } : { ready: true }),
    engine: {
      name: 'scripted',
      model: async () => undefined,
      ping: async () => {
        if (engine) throw new ChatterdError('engine-unreachable', engine)
      },
      state: async () => ({ name: 'scripted', state: 'ready', since: '' }),
      models: async () => [],
      loadedContext: async () => undefined,
    },
  })
  turns.isDraining = isDraining
  const response = await app.inject('/readyz')
  return [response.statusCode, response.json()]
}

const ready = { status: 'ready' }
const away = 'There is no connection.'

test('/readyz says of the engine and of the database whether each is ready', async (t) => {
  assert.deepEqual(await readiness(t), [200, { ...ready, engine: ready, database: ready }])
})

test('/readyz is 503 where prompts cannot be served: without the engine, without the database, and while stopping', async (t) => {
  const notReady = { status: 'not ready', reason: away }
  assert.deepEqual(await readiness(t, { engine: away }), [
    503,
    { ...notReady, engine: notReady, database: ready },
  ])
  assert.deepEqual(await readiness(t, { database: away }), [
    503,
    { ...notReady, engine: ready, database: notReady },
  ])
  assert.deepEqual(await readiness(t, { isDraining: true }), [
    503,
    { status: 'not ready', reason: 'shutting down', engine: ready, database: ready },
  ])
})
