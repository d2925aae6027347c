import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNative } from '../../../../test/support/native-http/native-world.ts'

test('the state of the engine is read anew each time', async (t) => {
  const { app } = openNative(t)
  const response = await app.inject('/chatterd/v1/engine')
  assert.deepEqual(response.json(), { name: 'scripted', state: 'ready', since: '2026-01-01T00:00:00.000Z' })
  assert.equal(response.headers['cache-control'], 'no-store')
})
