import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore } from '../../test/support/memory-store/memory-store.ts'
import { begin, conversation, engineError } from '../../test/support/turns/scripted-turn.ts'
import { retryingStore } from './retrying-store.ts'

const away = engineError('database-unavailable', 'connection refused')
const ending = { turn: 't1', status: 'failed' as const }

/** A store in which a turn runs, and whose next `failures` operations fail. */
async function failing(failures: number, error: Error) {
  const store = createMemoryStore()
  await begin(store)
  let tries = 0
  store.before = () => {
    tries += 1
    if (tries <= failures) throw error
  }
  return { store, tries: () => tries }
}

test('a write is repeated until the database is back', async () => {
  const { store, tries } = await failing(2, away)
  await retryingStore(store, 60_000).endTurn(ending, [])
  assert.equal(tries(), 3)
  assert.equal(store.turn('t1')?.status, 'failed')
})

test('each of the writes is repeated', async () => {
  const message = {
    role: 'assistant' as const,
    content: 'Hi',
    calls: [],
    usage: {},
    finishReason: 'stop' as const,
  }
  for (const write of ['endStep', 'endCalls', 'endTurn', 'withdraw'] as const) {
    const { store } = await failing(1, away)
    const persistent = retryingStore(store, 60_000)
    if (write === 'endStep') {
      const stored = await persistent.endStep(
        { turn: 't1', step: 1, message, status: 'completed', promptFrom: 1 },
        [],
      )
      assert.equal(stored.seq, 2)
    }
    if (write === 'endCalls') assert.deepEqual((await persistent.endCalls('t1', [], [])).calls, [])
    if (write === 'endTurn') await persistent.endTurn(ending, [])
    if (write === 'withdraw')
      assert.equal(await persistent.withdraw({ turn: 't1', conversation, results: [] }), true)
    assert.equal(store.done.at(-1), write)
  }
})

test("after a time a write is given up, with the database's message", async () => {
  const { store, tries } = await failing(Number.POSITIVE_INFINITY, away)
  await assert.rejects(retryingStore(store, 0).endTurn(ending, []), away)
  assert.equal(tries(), 1)
  await assert.rejects(retryingStore(store, 60).endTurn(ending, []), away)
  assert.equal(tries(), 3)
})

test('any other error is thrown at once', async () => {
  for (const error of [engineError('turn-lost'), new TypeError('a bug')]) {
    const { store, tries } = await failing(1, error)
    await assert.rejects(retryingStore(store, 60_000).endTurn(ending, []), error)
    assert.equal(tries(), 1)
  }
})
