import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../../src/protocol/call.ts'
import {
  answered,
  beginning,
  begun,
  deviceCall,
  refusal,
  residentCall,
  resultsFor,
  step,
  succeeded,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function steps(world: () => StoreWorld): void {
  test('the images of a result are in the log, for the next prompt and every other process', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    const { seq } = await store.endStep(step(turn, 1, '', { calls: [residentCall(0), residentCall(1)] }), [])
    const results = [{ ...succeeded(seq, 0), images: ['aGk=', 'aG8='] }, succeeded(seq, 1)]
    const ended = await store.endCalls(turn, results, [])
    const images = (calls: readonly Call[]) => calls.map((call) => call.images)
    assert.deepEqual(images(ended.calls), [['aGk=', 'aG8='], undefined])
    await store.endStep(step(turn, 2, 'done'), [])
    const other = await world().process()
    const { log } = await begun(other.store, beginning(conversation, 'next'))
    assert.deepEqual(images(log[1]?.calls ?? []), [['aGk=', 'aG8='], undefined])
  })

  test("a step's reply is in the log as it was returned", async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    const outcome = step(turn, 1, 'text', { calls: [residentCall(0), deviceCall(1)] })
    const message = { ...outcome.message, thinking: 'hm', usage: { promptTokens: 20, outputMs: 1.5 } }
    const stored = await store.endStep({ ...outcome, message }, [])
    assert.deepEqual(stored, { ...message, seq: 2, turn, complete: true })
    await store.endTurn({ turn, status: 'cancelled' }, [])
    const state = await begun(store, beginning(conversation, 'next'))
    const statuses = { 0: 'interrupted', 1: 'cancelled' } as const
    const calls = message.calls.map((call) => ({ ...call, status: statuses[call.index as 0 | 1] }))
    assert.deepEqual(state.log[1], { ...stored, calls })
  })

  test('a step that is written twice, also at once, is stored once', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    const first = step(turn, 1, '', { calls: [residentCall()] })
    const [once, again] = await Promise.all([store.endStep(first, []), store.endStep(first, [])])
    assert.deepEqual(again, once)
    await store.endCalls(turn, [succeeded(once.seq, 0)], [])
    const second = step(turn, 2, 'sunny')
    const stored = await store.endStep(second, [])
    assert.deepEqual(await store.endStep(second, []), stored)
    assert.deepEqual(
      (await begun(store, beginning(conversation, 'next'))).log.map(({ seq, content }) => [seq, content]),
      [
        [1, 'Hello?'],
        [2, ''],
        [3, 'sunny'],
        [4, 'next'],
      ],
    )
  })

  test('a step that does not follow the last one is refused', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    await assert.rejects(store.endStep(step(turn, 2, 'too soon'), []), refusal('turn-lost'))
    await store.endStep(step(turn, 1, 'the end'), [])
    await assert.rejects(store.endStep(step(turn, 2, 'too late'), []), refusal('turn-lost'))
  })

  test('results of calls are stored once; the first stay', async () => {
    const { store } = await world().process()
    const { id: turn } = await begun(store, beginning(world().conversation()))
    const calls = [residentCall(0), residentCall(1)]
    const { seq } = await store.endStep(step(turn, 1, '', { calls }), [])
    const results = [
      succeeded(seq, 0, 'first'),
      { seq, index: 1, status: 'failed' as const, output: 'broken' },
    ]
    const ended = await store.endCalls(turn, results, [])
    assert.deepEqual(
      ended.calls.map(({ status, output }) => [status, output]),
      [
        ['succeeded', 'first'],
        ['failed', 'broken'],
      ],
    )
    assert.deepEqual(await store.endCalls(turn, [succeeded(seq, 0, 'second'), succeeded(seq, 1)], []), ended)
  })

  test('results of a device while resident calls run are stored, and the turn goes on at the end of these', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    const calls = [residentCall(0), deviceCall(1)]
    const { seq } = await store.endStep(step(turn, 1, '', { calls }), [])
    assert.deepEqual(await store.storeResults(resultsFor(turn, [answered(seq, 1, 'here')])), {
      result: 'recorded',
    })
    const ended = await store.endCalls(turn, [succeeded(seq, 0)], [])
    assert.deepEqual(
      ended.calls.map(({ status, output }) => [status, output]),
      [
        ['succeeded', 'output 0'],
        ['answered', 'here'],
      ],
    )
    assert.equal((await store.newestTurn(conversation))?.status, 'running')
  })

  test('results of a device after resident calls have ended make the turn go on', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: turn } = await begun(one.store, beginning(conversation))
    const { seq } = await one.store.endStep(
      step(turn, 1, '', { calls: [residentCall(0), deviceCall(1)] }),
      [],
    )
    await one.store.endCalls(turn, [succeeded(seq, 0)], [])
    assert.equal((await one.store.newestTurn(conversation))?.status, 'waiting')
    const outcome = await two.store.storeResults(resultsFor(turn, [answered(seq, 1, 'here')]))
    assert.ok(outcome.result === 'go-on')
    assert.equal(outcome.state.status, 'running')
    assert.equal(outcome.state.step, 1)
    assert.deepEqual(
      outcome.state.log.at(-1)?.calls.map(({ status }) => status),
      ['succeeded', 'answered'],
    )
    await assert.rejects(one.store.endStep(step(turn, 2, 'not mine'), []), refusal('turn-lost'))
    await two.store.endStep(step(turn, 2, 'mine'), [])
  })

  test('the text of a reply that broke off is stored as incomplete, and open calls are ended', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    const ending = {
      turn,
      status: 'failed' as const,
      error: { code: 'engine-cut' as const, detail: 'It broke.' },
      partial: { role: 'assistant' as const, content: 'half of', thinking: 'hm' },
    }
    await store.endTurn(ending, [])
    await store.endTurn(ending, [])
    const { log } = await begun(store, beginning(conversation, 'next'))
    assert.deepEqual(log[1], {
      ...{ ...ending.partial, seq: 2, turn, complete: false, calls: [] },
      finishReason: 'error',
    })
    assert.deepEqual(
      log.map(({ seq }) => seq),
      [1, 2, 3],
    )
  })

  test('what a turn began with that failed before the model replied is kept, and is in no later prompt', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    for (const [text, status] of [
      ['refused', 'failed'],
      ['stopped', 'cancelled'],
    ] as const) {
      const { id: turn } = await begun(store, beginning(conversation, text))
      await store.endTurn({ turn, status }, [])
    }
    const { log } = await begun(store, beginning(conversation, 'next'))
    assert.deepEqual(
      log.map(({ content }) => content),
      ['stopped', 'next'],
    )
    const all = (await directory.messages(conversation, undefined, 10)) ?? []
    assert.deepEqual(
      all.map(({ content, refused }) => [content, refused]),
      [
        ['refused', true],
        ['stopped', undefined],
        ['next', undefined],
      ],
    )
  })

  test('why a reply ended is stored with it, and its turn has the reason of the last', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    const outcome = step(turn, 1, 'too long')
    await store.endStep({ ...outcome, message: { ...outcome.message, finishReason: 'length' } }, [])
    assert.equal((await directory.turn(turn))?.finishReason, 'length')
    const { id: next, log } = await begun(store, beginning(conversation, 'next'))
    assert.equal(log[1]?.finishReason, 'length')
    assert.equal((await directory.turn(next))?.finishReason, undefined)
    await store.endTurn({ turn: next, status: 'cancelled' }, [])
    assert.equal((await directory.turn(next))?.finishReason, 'cancelled')
  })

  test('a turn that waits can be ended: its open calls are cancelled', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation)
    await store.endTurn({ turn, status: 'cancelled' }, [])
    const newest = await store.newestTurn(conversation)
    assert.equal(newest?.status, 'cancelled')
    assert.deepEqual(newest?.calls, [{ ...deviceCall(), status: 'cancelled', seq }])
  })

  test('a turn that has ended in one way is not ended in another', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    await store.endTurn({ turn, status: 'failed' }, [])
    const before = await world().snapshot(conversation)
    await assert.rejects(store.endTurn({ turn, status: 'cancelled' }, []), refusal('turn-lost'))
    assert.deepEqual(await world().snapshot(conversation), before)
  })

  test('a process that never had the turn writes nothing to it', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: turn } = await begun(one.store, beginning(conversation))
    const { seq } = await one.store.endStep(step(turn, 1, '', { calls: [residentCall()] }), [])
    const before = await world().snapshot(conversation)
    await assert.rejects(two.store.endStep(step(turn, 2, 'x'), []), refusal('turn-lost'))
    await assert.rejects(two.store.endCalls(turn, [succeeded(seq, 0)], []), refusal('turn-lost'))
    await assert.rejects(two.store.endTurn({ turn, status: 'failed' }, []), refusal('turn-lost'))
    await two.store.withdraw({ turn, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)
  })
}
