import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answered,
  beginning,
  begun,
  deviceCall,
  refusal,
  residentCall,
  resultsFor,
  statesOf,
  step,
  succeeded,
  tool,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function resets(world: () => StoreWorld): void {
  test('an emptied conversation has its new messages and nothing else [removed]', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    await waitingTurn(store, conversation)
    await store.reset(conversation, [
      { role: 'system', content: 'one' },
      { role: 'system', content: 'two' },
      { role: 'user', content: 'not pinned' },
      { role: 'system', content: 'nor this' },
    ])
    assert.equal(await store.newestTurn(conversation), undefined)
    const state = await begun(store, beginning(conversation, 'go'))
    assert.deepEqual(
      state.log.map(({ seq, content }) => [seq, content]),
      [
        [1, 'one'],
        [2, 'two'],
        [3, 'not pinned'],
        [4, 'nor this'],
        [5, 'go'],
      ],
    )
    assert.deepEqual([state.pinned, state.promptFrom, state.deviceTools], [2, 3, []])
  })

  test('emptying takes the device tools too, and with no messages leaves an empty conversation', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id } = await begun(store, beginning(conversation, 'x', { tools: [tool('a')] }))
    await store.endStep(step(id, 1, 'y'), [])
    await store.reset(conversation, [])
    const state = await begun(store, beginning(conversation, 'go'))
    assert.deepEqual([state.log.map(({ seq }) => seq), state.deviceTools, state.pinned], [[1], [], 0])
  })

  test('a turn that runs when its conversation is emptied is lost, and writes nothing', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: turn } = await begun(one.store, beginning(conversation))
    const { seq } = await one.store.endStep(
      step(turn, 1, '', { calls: [residentCall(0), deviceCall(1)] }),
      [],
    )
    const emptied = await two.store.reset(conversation, [{ role: 'system', content: 'new' }])
    assert.deepEqual(emptied.turns, [turn])
    const before = await world().snapshot(conversation)
    await assert.rejects(one.store.endCalls(turn, [succeeded(seq, 0)], []), {
      ...refusal('turn-lost'),
      message: 'The conversation was emptied.',
    })
    await assert.rejects(one.store.endStep(step(turn, 2, 'x'), []), refusal('turn-lost'))
    await assert.rejects(one.store.endTurn({ turn, status: 'failed' }, []), refusal('turn-lost'))
    await one.store.withdraw({ turn, conversation, results: [] })
    const late = resultsFor(turn, [answered(seq, 1)], { tools: [tool('a')] })
    assert.deepEqual(await one.store.storeResults(late), { result: 'conflict' })
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('a conversation that many requests empty at once has the messages of one of them', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const conversation = world().conversation()
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        Array.from({ length: 12 }, (_, index) => {
          const system = { role: 'system' as const, content: `from ${index}` }
          return processes[index % 3]?.store.reset(conversation, [system, system])
        }),
      )
      const [one] = processes
      assert.ok(one)
      const { id, log, pinned } = await begun(one.store, beginning(conversation))
      assert.deepEqual(
        log.map(({ seq }) => seq),
        [1, 2, 3],
      )
      assert.equal(log[0]?.content, log[1]?.content)
      assert.equal(pinned, 2)
      await one.store.endStep(step(id, 1, 'ok'), [])
    }
  })

  test('a conversation that is emptied while prompts come in stays whole', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const [one] = processes
    assert.ok(one)
    const conversation = world().conversation()
    for (let round = 0; round < 5; round++) {
      const system = { role: 'system' as const, content: 'anew' }
      const [, ...begins] = await Promise.all([
        one.store.reset(conversation, [system]),
        ...processes.map(({ store }) => store.begin(beginning(conversation, 'go'))),
      ])
      for (const [index, one] of begins.entries()) {
        const [state] = statesOf([one])
        const ending = processes[index]?.store.endTurn({ turn: state?.id ?? '', status: 'cancelled' }, [])
        if (state) await ending?.catch((error) => assert.equal(error.code, 'turn-lost'))
        else await ending?.catch(() => {})
      }
      const { id, log } = await begun(one.store, beginning(conversation, 'last'))
      assert.equal(log[0]?.content, 'anew')
      assert.deepEqual(
        log.map(({ seq }) => seq),
        log.map((_, index) => index + 1),
      )
      await one.store.endStep(step(id, 1, 'ok'), [])
    }
  })
}
