import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answered,
  beginning,
  deviceCall,
  refusal,
  resultsFor,
  step,
  tool,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function results(world: () => StoreWorld): void {
  test('the newest turn has its input and its calls of both sides', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    assert.equal(await store.newestTurn(conversation), undefined)
    const { turn, seq } = await waitingTurn(store, conversation, [deviceCall(0), deviceCall(1)])
    assert.deepEqual(await store.newestTurn(conversation), {
      turn,
      status: 'waiting',
      input: [{ role: 'user', content: 'Hello?' }],
      calls: [
        { ...deviceCall(0), seq },
        { ...deviceCall(1), seq },
      ],
    })
  })

  test('results over several requests, in any order: the turn goes on with the last', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(
      one.store,
      conversation,
      [0, 1, 2].map((index) => deviceCall(index)),
    )
    const recorded = { result: 'recorded' }
    assert.deepEqual(await one.store.storeResults(resultsFor(turn, [answered(seq, 2)])), recorded)
    assert.deepEqual(await two.store.storeResults(resultsFor(turn, [answered(seq, 0)])), recorded)
    const outcome = await two.store.storeResults(
      resultsFor(turn, [answered(seq, 1)], { tools: [tool('new')] }),
    )
    assert.ok(outcome.result === 'go-on')
    assert.deepEqual(
      outcome.state.log.at(-1)?.calls.map(({ output }) => output),
      ['result 0', 'result 1', 'result 2'],
    )
    assert.deepEqual(outcome.state.deviceTools, [tool('new')])
    const keys = outcome.state.results.map(({ seq, index }) => ({ seq, index }))
    assert.deepEqual(keys, [{ seq, index: 1 }])
  })

  test('ten results for ten calls at once: exactly one of them makes the turn go on', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const [first] = processes
    assert.ok(first)
    const ten = Array.from({ length: 10 }, (_, index) => deviceCall(index))
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(first.store, conversation, ten)
    const outcomes = await Promise.all(
      ten.map(({ index }) =>
        (processes[index % 3] ?? first).store.storeResults(resultsFor(turn, [answered(seq, index)])),
      ),
    )
    const results = outcomes.map(({ result }) => result).sort()
    assert.deepEqual(results, ['go-on', ...Array.from({ length: 9 }, () => 'recorded')])
    const newest = await first.store.newestTurn(conversation)
    assert.deepEqual(
      newest?.calls.map(({ output }) => output),
      ten.map(({ index }) => `result ${index}`),
    )
  })

  test('ten different results for one call at once: one is stored, the others are conflicts', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const [first] = processes
    assert.ok(first)
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(first.store, conversation)
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        (processes[index % 3] ?? first).store.storeResults(resultsFor(turn, [answered(seq, 0, `${index}`)])),
      ),
    )
    const winner = outcomes.findIndex(({ result }) => result === 'go-on')
    assert.equal(outcomes.filter(({ result }) => result === 'conflict').length, 9)
    assert.equal((await first.store.newestTurn(conversation))?.calls[0]?.output, `${winner}`)
  })

  test('a result for a call that is not open is a conflict, and nothing of its request is stored [no-trace]', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation, [deviceCall(0), deviceCall(1)])
    await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    const before = await world().snapshot(conversation)
    for (const results of [
      [answered(seq, 1), answered(seq, 0, 'again')],
      [answered(seq, 1), answered(seq, 7)],
      [answered(seq + 1, 1)],
    ]) {
      assert.deepEqual(await store.storeResults(resultsFor(turn, results, { tools: [tool('new')] })), {
        result: 'conflict',
      })
    }
    const unknown = resultsFor(crypto.randomUUID(), [answered(seq, 1)])
    assert.deepEqual(await store.storeResults(unknown), { result: 'conflict' })
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('results that bring too many device tools are refused, and nothing is stored', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation)
    const before = await world().snapshot(conversation)
    const tools = Array.from({ length: world().maxTools + 1 }, (_, index) => tool(`tool-${index}`))
    await assert.rejects(
      store.storeResults(resultsFor(turn, [answered(seq, 0)], { tools })),
      refusal('invalid-request'),
    )
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('a result and a new prompt at once: either the turn goes on, or it is superseded', async () => {
    const [one, two] = [await world().process(), await world().process()]
    for (let round = 0; round < 10; round++) {
      const conversation = world().conversation()
      const { turn, seq } = await waitingTurn(one.store, conversation)
      const [outcome, next] = await Promise.all([
        one.store.storeResults(resultsFor(turn, [answered(seq, 0)])),
        two.store.begin(beginning(conversation, 'next')),
      ])
      if (outcome.result === 'go-on') {
        assert.deepEqual(next, { result: 'busy', active: turn })
        await one.store.endStep(step(turn, 2, 'went on'), [])
      } else {
        assert.equal(outcome.result, 'conflict')
        assert.ok(next.result === 'begun')
        assert.deepEqual(
          next.state.log.at(-2)?.calls.map(({ status }) => status),
          ['superseded'],
        )
      }
    }
  })
}
