import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChatterdError } from '../protocol/errors.ts'
import { startHeartbeat } from './heartbeat.ts'

/** A heartbeat that meets this error, and what is told of it. */
async function faultsOf(error: Error): Promise<unknown[]> {
  const faults: unknown[] = []
  const heartbeat = startHeartbeat(
    { heartbeat: () => Promise.reject(error), leave: async () => {} },
    {
      leaseMs: 60_000,
      turns: () => [],
      onEnded: () => assert.fail(),
      onFault: (fault) => faults.push(fault),
    },
  )
  await heartbeat.first
  await heartbeat.stop()
  return faults
}

test('a sign of life that fails by more than an absence of the database is told', async () => {
  const denied = Object.assign(new Error('permission denied for table runners'), { code: '42501' })
  assert.deepEqual(await faultsOf(denied), [denied])
  assert.deepEqual(await faultsOf(new ChatterdError('database-unavailable', 'It is away.')), [])
})
