import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EndedCall } from '../../../src/turn/ports/ended-call.ts'
import {
  answered,
  askedCall,
  beginning,
  begun,
  denied,
  deviceCall,
  residentCall,
  resultsFor,
  step,
  succeeded,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'

export function endedCalls(world: () => StoreWorld): void {
  const briefly = (calls: readonly EndedCall[], turn: string) =>
    calls
      .filter((ended) => ended.turn === turn)
      .map(({ call, isApproved }) => `${call.id} ${call.status}${isApproved ? '' : ', not approved'}`)
  /** What a heartbeat of the process gives it to report of a turn. */
  const taken = async ({ store }: StoreProcess, turn: string) =>
    briefly((await store.heartbeat([turn])).calls, turn)

  test('a result of a device is reported by one process, with the call, once it cannot be withdrawn any more', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const call = {
      ...deviceCall(),
      arguments: { room: 'loft' },
      repairs: [{ code: 'name' as const, detail: 'x' }],
    }
    const { turn, seq } = await waitingTurn(one.store, conversation, [call])
    assert.deepEqual(await taken(one, turn), [])
    const outcome = await one.store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    assert.ok(outcome.result === 'go-on')
    assert.deepEqual(await taken(one, turn), [])
    await one.store.withdraw({ turn, conversation, results: [{ seq, index: 0 }] }, outcome.state.run)
    assert.deepEqual(await taken(one, turn), [])
    await one.store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    await one.store.endStep(step(turn, 2, 'done'), [])
    const reports = await Promise.all([one, two].map(({ store }) => store.heartbeat([turn])))
    const [ended, ...others] = reports.flatMap(({ calls }) => calls).filter((found) => found.turn === turn)
    assert.deepEqual(others, [])
    assert.ok(ended && ended.ms >= 0)
    const { ms: _, ...rest } = ended
    const stored = { ...call, status: 'answered', output: 'result 0' }
    assert.deepEqual(rest, { conversation: conversation.name, turn, call: stored, isApproved: true })
    assert.deepEqual(await taken(two, turn), [])
  })

  test('what a process has stored itself is not reported again', async () => {
    const process = await world().process()
    const { id: turn } = await begun(process.store, beginning(world().conversation()))
    const failed = { ...residentCall(1), status: 'failed' as const, output: 'no' }
    const { seq } = await process.store.endStep(step(turn, 1, '', { calls: [residentCall(0), failed] }), [])
    await process.store.endCalls(turn, [succeeded(seq, 0)], [])
    await process.store.endStep(step(turn, 2, 'done'), [])
    assert.deepEqual(await taken(process, turn), [])
  })

  test('calls in a history that a client sends along are not reported', async () => {
    const process = await world().process()
    const calls = [{ ...deviceCall(), status: 'answered' as const, output: 'x' }]
    const messages = [{ role: 'assistant' as const, content: '', calls }]
    const { id: turn } = await begun(process.store, beginning(world().conversation(), 'x', { messages }))
    await process.store.endStep(step(turn, 1, 'done'), [])
    assert.deepEqual(await taken(process, turn), [])
  })

  test('calls that are denied, cancelled or expired are reported, with whether somebody had approved them', async () => {
    const process = await world().process({ callTimeoutMs: 0 })
    const { store } = process
    const calls = [askedCall(0), askedCall(1), askedCall(2, 'device'), deviceCall(3)]
    const first = await waitingTurn(store, world().conversation(), calls)
    const approved = { seq: first.seq, index: 2, status: 'offered' as const }
    await store.storeResults(resultsFor(first.turn, [denied(first.seq, 0), approved]))
    await store.cancel(first.turn)
    assert.deepEqual(await taken(process, first.turn), [
      'call-0 denied, not approved',
      'call-1 cancelled, not approved',
      'call-2 cancelled',
      'call-3 cancelled',
    ])
    const second = await waitingTurn(store, world().conversation(), [deviceCall()])
    await store.heartbeat([])
    await store.endStep(step(second.turn, 2, 'done'), [])
    assert.deepEqual(await taken(process, second.turn), ['call-0 expired'])
  })

  test('calls that a new prompt supersedes are reported once its first reply is stored, and not where it is withdrawn', async () => {
    const process = await world().process()
    const conversation = world().conversation()
    const { turn } = await waitingTurn(process.store, conversation)
    const withdrawn = await begun(process.store, beginning(conversation, 'next'))
    assert.deepEqual(await taken(process, turn), [])
    await process.store.withdraw({ turn: withdrawn.id, conversation, results: [] })
    assert.deepEqual(await taken(process, turn), [])
    const next = await begun(process.store, beginning(conversation, 'next'))
    await process.store.endStep(step(next.id, 1, 'done'), [])
    assert.deepEqual(await taken(process, turn), ['call-0 superseded'])
  })

  test('a process that stops is given what is left to report', async () => {
    const process = await world().process()
    const { turn } = await waitingTurn(process.store, world().conversation())
    await process.store.cancel(turn)
    assert.deepEqual(briefly(await process.store.endLease(), turn), ['call-0 cancelled'])
  })

  test('a call whose process is gone is reported by another one', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const { id: turn } = await begun(one.store, beginning(world().conversation()))
    await one.store.endStep(step(turn, 1, '', { calls: [residentCall()] }), [])
    await one.expire()
    assert.deepEqual(await taken(two, turn), ['call-0 interrupted'])
    await one.store.heartbeat([])
  })

  test('calls of a conversation that is emptied or removed are reported by the process that does it', async () => {
    const process = await world().process()
    for (const way of ['reset', 'remove'] as const) {
      const conversation = world().conversation()
      const { id: turn } = await begun(process.store, beginning(conversation))
      await process.store.endStep(step(turn, 1, '', { calls: [residentCall(0), deviceCall(1)] }), [])
      const emptied =
        way === 'reset'
          ? await process.store.reset(conversation, [])
          : await process.directory.remove(conversation)
      assert.deepEqual(briefly(emptied?.calls ?? [], turn), ['call-0 interrupted', 'call-1 cancelled'])
      assert.deepEqual(emptied?.calls[0]?.conversation, conversation.name)
      assert.deepEqual(await taken(process, turn), [])
    }
  })
}
