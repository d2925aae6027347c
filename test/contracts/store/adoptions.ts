import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../../src/protocol/call.ts'
import {
  beginning,
  begun,
  chunk,
  delta,
  deviceCall,
  refusal,
  residentCall,
  step,
  stepEnd,
  succeeded,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

const restartable = (index = 0): Call => ({ ...residentCall(index), restartable: true })

export function adoptions(world: () => StoreWorld): void {
  /** A turn that runs these calls, and whose process is gone. */
  async function abandoned(calls: Call[]) {
    const gone = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(gone.store, beginning(conversation))
    const outcome = step(turn, 1, 'whole', { calls })
    await gone.store.endStep(outcome, [chunk(2, stepEnd(outcome))])
    await gone.expire()
    return { gone, conversation, turn }
  }

  test('a turn whose running calls may all be started again is adopted by another process, a few times', async () => {
    const calls = [restartable(0), deviceCall(1), restartable(2)]
    const { gone, turn, conversation } = await abandoned(calls)
    let runner = await world().process({ toolStarts: 3, quiet: true })
    for (const start of [2, 3]) {
      const { adopted, ended } = await runner.store.heartbeat([])
      assert.ok(!ended.includes(turn))
      const [state] = adopted.filter(({ id }) => id === turn)
      assert.deepEqual(
        [state?.status, state?.step, state?.lastEvent, state?.conversation],
        ['running', 1, 2, conversation],
      )
      assert.deepEqual(state?.log.at(-1)?.calls, calls)
      const [row] = await world().query<{ starts: number }>(
        `select min(starts) as starts from chatterd.calls where turn_id = $1 and side = 'resident'`,
        [turn],
      )
      assert.equal(row?.starts, start)
      await assert.rejects(
        gone.store.endCalls(turn, [succeeded(2, 0), succeeded(2, 2)], []),
        refusal('turn-lost'),
      )
      assert.deepEqual((await gone.journal.write([{ turn, chunks: [chunk(3, delta('x'))] }])).lost, [turn])
      await runner.expire()
      runner = await world().process({ toolStarts: 3, quiet: true })
    }
    const { adopted, ended } = await runner.store.heartbeat([])
    assert.deepEqual([adopted.length, ended.includes(turn)], [0, true])
  })

  test('an adopted turn is ended by the process that has it, with the next numbers', async () => {
    const { turn } = await abandoned([restartable()])
    const living = await world().process({ quiet: true })
    await living.store.heartbeat([])
    const own = chunk(3, {
      type: 'call-end',
      callId: 'call-0',
      status: 'succeeded',
      output: 'output 0',
      ms: 5,
    })
    assert.equal((await living.store.endCalls(turn, [succeeded(2, 0)], [own])).status, 'running')
    const last = step(turn, 2, 'done')
    await living.store.endStep(last, [chunk(4, stepEnd(last), { type: 'turn-end', status: 'completed' })])
    assert.equal((await living.directory.turn(turn))?.status, 'completed')
  })

  test('a turn with a running call that must not be started twice is interrupted [tool-once]', async () => {
    const { turn } = await abandoned([restartable(0), residentCall(1)])
    const living = await world().process({ quiet: true })
    const { adopted, ended } = await living.store.heartbeat([])
    assert.deepEqual([adopted.length, ended.includes(turn)], [0, true])
  })

  test('a process adopts at most twenty turns with one heartbeat, and the rest with the next', async () => {
    const gone = await world().process()
    const turns = await Promise.all(
      Array.from({ length: 23 }, async () => {
        const { id } = await begun(gone.store, beginning(world().conversation()))
        await gone.store.endStep(step(id, 1, '', { calls: [restartable()] }), [])
        return id
      }),
    )
    await gone.expire()
    const living = await world().process({ quiet: true })
    const own = (ids: { id: string }[]) => ids.filter(({ id }) => turns.includes(id)).map(({ id }) => id)
    const first = await living.store.heartbeat([])
    assert.equal(own(first.adopted).length, 20)
    const second = await living.store.heartbeat(first.adopted.map(({ id }) => id))
    assert.deepEqual([...own(first.adopted), ...own(second.adopted)].sort(), turns.sort())
    assert.deepEqual(
      [...first.ended, ...second.ended].filter((id) => turns.includes(id)),
      [],
    )
  })

  test('of processes with heartbeats at once, one adopts a turn', async () => {
    for (let round = 0; round < 5; round++) {
      const { turn } = await abandoned([restartable()])
      const processes = await Promise.all([1, 2, 3].map(() => world().process({ quiet: true })))
      const heartbeats = await Promise.all(processes.map(({ store }) => store.heartbeat([])))
      const took = heartbeats.filter(({ adopted }) => adopted.some(({ id }) => id === turn))
      assert.equal(took.length, 1)
      assert.ok(heartbeats.every(({ ended }) => !ended.includes(turn)))
    }
  })
}
