import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { deviceCall } from '../../test/support/turns/store-calls.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type { HeartbeatResult } from '../turn/ports/process-lease.ts'
import { startHeartbeat } from './heartbeat.ts'

/** The faults that are reported when a heartbeat fails with this error. */
async function faultsOf(error: Error): Promise<unknown[]> {
  const faults: unknown[] = []
  const heartbeat = startHeartbeat(
    { heartbeat: () => Promise.reject(error), endLease: async () => [] },
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

test('a heartbeat that fails because the database is away is repeated soon, until heartbeats are stopped', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  let heartbeats = 0
  const heartbeat = startHeartbeat(
    {
      async heartbeat() {
        heartbeats += 1
        throw new ChatterdError('database-unavailable', 'away')
      },
      endLease: async () => [],
    },
    { leaseMs: 450, turns: () => [], onHeartbeat: () => assert.fail(), onFault: () => assert.fail() },
  )
  await heartbeat.first
  for (let expected = 2; expected < 4; expected++) {
    t.mock.timers.tick(45)
    assert.equal(heartbeats, expected)
    await setImmediate()
  }
  await heartbeat.stop()
  t.mock.timers.tick(450)
  assert.equal(heartbeats, 3)
})

test('heartbeats are sent three times in a lease, one at a time, and the lease ends after the last one, with what is left to report', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const sent: string[] = []
  const results: HeartbeatResult[] = []
  const call = deviceCall()
  const ended = { conversation: 'c', turn: 't0', call, isApproved: true, ms: 5 }
  let response = Promise.withResolvers<HeartbeatResult>()
  const heartbeat = startHeartbeat(
    {
      heartbeat(turns, room) {
        sent.push(`heartbeat with ${turns}, room for ${room}`)
        return response.promise
      },
      async endLease() {
        sent.push('end of lease')
        return [ended]
      },
    },
    {
      leaseMs: 450,
      turns: () => ['t1'],
      room: () => 3,
      onHeartbeat: (result) => results.push(result),
      onFault: () => assert.fail(),
    },
  )
  t.mock.timers.tick(100)
  assert.deepEqual(sent, ['heartbeat with t1, room for 3'])
  const result = { ended: ['lost'], adopted: [], cancelled: [], calls: [] }
  response.resolve(result)
  await heartbeat.first
  assert.deepEqual(results, [result])

  response = Promise.withResolvers()
  t.mock.timers.tick(100)
  const stopped = heartbeat.stop()
  await setImmediate()
  assert.deepEqual(sent, ['heartbeat with t1, room for 3', 'heartbeat with t1, room for 3'])
  response.resolve({ ended: [], adopted: [], cancelled: [], calls: [] })
  await stopped
  assert.deepEqual([sent.at(-1), results.length, results[1]?.calls], ['end of lease', 2, [ended]])
})

test('a heartbeat that fails by another error than an unavailable database is reported', async () => {
  const denied = Object.assign(new Error('permission denied for table runners'), { code: '42501' })
  assert.deepEqual(await faultsOf(denied), [denied])
  assert.deepEqual(await faultsOf(new ChatterdError('database-unavailable', 'It is away.')), [])
})
