import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StepOutcome } from '../../../src/turn/ports/turn-store.ts'
import { beginning, begun, residentCall, step, succeeded, user } from '../../support/turns/store-calls.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'

export function longLogs(world: () => StoreWorld): void {
  test('of ten thousand messages only the pinned ones and those in the prompt are read', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    await store.reset(conversation, [
      { role: 'system', content: 'pinned' },
      { role: 'system', content: 'also pinned' },
    ])
    const messages = Array.from({ length: 10_000 }, (_, index) => user(`message ${index}`))
    const first = await begun(store, beginning(conversation, '', { messages }))
    assert.equal(first.log.length, 10_002)
    await store.endStep(step(first.id, 1, 'answer', { promptFrom: 9_900 }), [])
    const state = await begun(store, beginning(conversation, 'next'))
    assert.deepEqual([state.pinned, state.promptFrom], [2, 9_900])
    assert.deepEqual(
      state.log.map(({ seq }) => seq),
      [1, 2, ...Array.from({ length: 105 }, (_, index) => 9_900 + index)],
    )
  })

  test('a truncation is stored, and whichever process takes it back, the next turn of each has the messages again', async () => {
    const one = await world().process()
    const other = await world().process()
    const conversation = world().conversation()
    const seqsOf = async ({ store }: StoreProcess, step1: Partial<StepOutcome>) => {
      const { id, log, promptFrom, truncation } = await begun(store, beginning(conversation))
      await store.endStep(step(id, 1, 'done', step1), [])
      return [log.map(({ seq }) => seq), promptFrom, truncation]
    }
    const narrow = { promptFrom: 3, truncation: { window: 512, refusedFor: 'a \u0000 model' } }
    const wide = { promptFrom: 1 }
    assert.deepEqual(await seqsOf(one, wide), [[1], 1, undefined])
    assert.deepEqual(await seqsOf(other, narrow), [[1, 2, 3], 1, undefined])
    // What `one` has cached reaches back farther than the prompt, and then not far enough.
    assert.deepEqual(await seqsOf(one, narrow), [[3, 4, 5], 3, narrow.truncation])
    assert.deepEqual(await seqsOf(other, wide), [[3, 4, 5, 6, 7], 3, narrow.truncation])
    assert.deepEqual(await seqsOf(one, wide), [[1, 2, 3, 4, 5, 6, 7, 8, 9], 1, undefined])
    assert.deepEqual(await seqsOf(other, wide), [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 1, undefined])
  })

  test('the calls of a prompt that is truncated within a turn are those of its messages', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const messages = ['a', 'b', 'c', 'd'].map(user)
    const { id: turn } = await begun(store, beginning(conversation, '', { messages }))
    const { seq } = await store.endStep(step(turn, 1, '', { calls: [residentCall()], promptFrom: 4 }), [])
    await store.endCalls(turn, [succeeded(seq, 0)], [])
    await store.endStep(step(turn, 2, 'done', { promptFrom: 4 }), [])
    const state = await begun(store, beginning(conversation, 'next'))
    assert.equal(state.promptFrom, 4)
    assert.deepEqual(
      state.log.map(({ seq, calls }) => [seq, calls.length]),
      [
        [4, 0],
        [5, 1],
        [6, 0],
        [7, 0],
      ],
    )
  })
}
