import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginning, begun, residentCall, step, succeeded, user } from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

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

  test('a truncation is stored, and never undone', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const messages = ['a', 'b', 'c', 'd'].map(user)
    const { id: turn } = await begun(store, beginning(conversation, '', { messages }))
    const { seq } = await store.endStep(step(turn, 1, '', { calls: [residentCall()], promptFrom: 4 }), [])
    await store.endCalls(turn, [succeeded(seq, 0)], [])
    await store.endStep(step(turn, 2, 'done', { promptFrom: 2 }), [])
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
