import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { ChatterdError } from '../protocol/errors.ts'
import type { HeartbeatResult } from '../turn/ports/process-lease.ts'
import { startHeartbeat } from './heartbeat.ts'

/** A heartbeat that meets this error, and what is told of it. */
async function faultsOf(error: Error): Promise<unknown[]> {
  const faults: unknown[] = []
  const heartbeat = startHeartbeat(
    { heartbeat: () => Promise.reject(error), endLease: async () => {} },
    {
      leaseMs: 60_000,
      turns: () => [],
      onHeartbeat: () => assert.fail(),
      onFault: (fault) => faults.push(fault),
    },
  )
  await heartbeat.first
  await heartbeat.stop()
  return faults
}

test('a sign of life that fails because the database is away is given again soon, until it is stopped', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  let signs = 0
  const heartbeat = startHeartbeat(
    {
      async heartbeat() {
        signs += 1
        throw new ChatterdError('database-unavailable', 'away')
      },
      endLease: async () => {},
    },
    { leaseMs: 300, turns: () => [], onHeartbeat: () => assert.fail(), onFault: () => assert.fail() },
  )
  await heartbeat.first
  for (let expected = 2; expected < 4; expected++) {
    t.mock.timers.tick(30)
    assert.equal(signs, expected)
    await setImmediate()
  }
  await heartbeat.stop()
  t.mock.timers.tick(300)
  assert.equal(signs, 3)
})

test('signs of life come three times a lease, one at a time, and the last one before the process leaves', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const done: string[] = []
  const told: unknown[] = []
  let answer = Promise.withResolvers<HeartbeatResult>()
  const heartbeat = startHeartbeat(
    {
      heartbeat(turns, room) {
        done.push(`alive with ${turns}, room for ${room}`)
        return answer.promise
      },
      async endLease() {
        done.push('left')
      },
    },
    {
      leaseMs: 300,
      turns: () => ['t1'],
      room: () => 3,
      onHeartbeat: (pulse) => told.push(pulse),
      onFault: () => assert.fail(),
    },
  )
  t.mock.timers.tick(100)
  assert.deepEqual(done, ['alive with t1, room for 3'])
  const pulse = { ended: ['lost'], adopted: [], cancelled: [] }
  answer.resolve(pulse)
  await heartbeat.first
  assert.deepEqual(told, [pulse])

  answer = Promise.withResolvers()
  t.mock.timers.tick(100)
  const stopped = heartbeat.stop()
  await setImmediate()
  assert.deepEqual(done, ['alive with t1, room for 3', 'alive with t1, room for 3'])
  answer.resolve({ ended: [], adopted: [], cancelled: [] })
  await stopped
  assert.deepEqual([done.at(-1), told.length], ['left', 1])
})

test('a sign of life that fails by more than an absence of the database is told', async () => {
  const denied = Object.assign(new Error('permission denied for table runners'), { code: '42501' })
  assert.deepEqual(await faultsOf(denied), [denied])
  assert.deepEqual(await faultsOf(new ChatterdError('database-unavailable', 'It is away.')), [])
})
