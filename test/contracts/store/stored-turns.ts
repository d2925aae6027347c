import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answered,
  beginning,
  begun,
  deviceCall,
  residentCall,
  resultsFor,
  step,
  succeeded,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function storedTurns(world: () => StoreWorld): void {
  test('a turn has its status, its calls, the usage of all its steps, and how full the context was in the last one', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    assert.equal(await directory.turn(crypto.randomUUID()), undefined)
    const { id } = await begun(store, beginning(conversation))
    const calls = [residentCall(0), deviceCall(1)]
    const first = step(id, 1, 'first', { calls })
    const { seq } = await store.endStep(
      {
        ...first,
        message: { ...first.message, usage: { promptTokens: 5, outputMs: 1.5, window: 4_096, leftOut: 3 } },
      },
      [],
    )
    await store.endCalls(id, [succeeded(seq, 0)], [])
    const waiting = await directory.turn(id)
    assert.deepEqual(
      [waiting?.status, waiting?.steps, waiting?.endedAt, waiting?.model],
      ['waiting', 1, undefined, 'm'],
    )
    assert.deepEqual(
      waiting?.calls.map(({ status, seq: at, ms }) => [status, at, typeof ms]),
      [
        ['succeeded', seq, 'number'],
        ['offered', seq, 'undefined'],
      ],
    )
    await store.storeResults(resultsFor(id, [answered(seq, 1)]))
    const second = step(id, 2, 'second')
    await store.endStep(
      {
        ...second,
        message: { ...second.message, usage: { promptTokens: 7, outputTokens: 2, window: 8_192 } },
      },
      [],
    )
    const outcome = await directory.outcome(id)
    assert.deepEqual(outcome?.usage, { promptTokens: 12, outputTokens: 2, outputMs: 1.5, window: 8_192 })
    assert.deepEqual(outcome?.conversation, conversation)
    assert.ok(outcome?.endedAt && outcome.endedAt >= outcome.createdAt)
    assert.deepEqual(
      outcome?.replies.map(({ content, calls: own, complete }) => [content, own.length, complete]),
      [
        ['first', 2, true],
        ['second', 0, true],
      ],
    )
    const next = await begun(store, beginning(conversation, 'next'))
    const error = { code: 'engine-cut' as const, detail: 'broke\u0000' }
    const partial = { role: 'assistant' as const, content: 'half' }
    await store.endTurn({ turn: next.id, status: 'failed', error, partial }, [])
    const failed = await directory.outcome(next.id)
    assert.deepEqual([failed?.error, failed?.replies.map(({ content }) => content)], [error, ['half']])
    const last = await begun(store, beginning(conversation, 'last'))
    const third = step(last.id, 1, 'third')
    await store.endStep({ ...third, message: { ...third.message, usage: { promptTokens: 100 } } }, [])
    const again = await directory.outcome(id)
    assert.deepEqual([again?.replies.length, again?.usage], [2, outcome?.usage])
  })
}
