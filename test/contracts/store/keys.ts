import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answered,
  beginning,
  begun,
  chunk,
  delta,
  deviceCall,
  refusal,
  resultsFor,
  statesOf,
  step,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function keys(world: () => StoreWorld): void {
  const key = { key: 'k"\\\u00e9', digest: 'of the body' }
  const other = { ...key, digest: 'of another body' }

  test('of fifty equal requests at once, from two processes, one begins, and the others get its turn', async () => {
    const processes = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        processes[index % 2]?.store.begin(beginning(conversation, 'once', { key, whenBusy: 'queue' })),
      ),
    )
    const [state, ...others] = statesOf(results)
    assert.ok(state)
    assert.deepEqual(others, [])
    const replay = { result: 'replay', turn: state.id, after: 0 }
    assert.deepEqual(
      results.filter((one) => one?.result !== 'begun'),
      Array.from({ length: 49 }, () => replay),
    )
    assert.equal(state.log.length, 1)
  })

  test('a request that is sent again is a replay while its turn runs and after it has ended, in its conversation', async () => {
    const { store } = await world().process()
    const [conversation, elsewhere] = [world().conversation(), world().conversation()]
    const { id: turn } = await begun(store, beginning(conversation, 'x', { key }))
    const again = { result: 'replay', turn, after: 0 }
    assert.deepEqual(await store.begin(beginning(conversation, 'x', { key })), again)
    await store.endStep(step(turn, 1, 'ok'), [])
    assert.deepEqual(await store.begin(beginning(conversation, 'x', { key })), again)
    await begun(store, beginning(elsewhere, 'x', { key: other }))
  })

  test('a request is found by its key, in its conversation and with its body only', async () => {
    const { store } = await world().process()
    const [conversation, elsewhere] = [world().conversation(), world().conversation()]
    assert.equal(await store.findReplay(conversation, key), undefined)
    const { id: turn } = await begun(store, beginning(conversation, 'x', { key }))
    assert.deepEqual(await store.findReplay(conversation, key), { turn, after: 0 })
    assert.equal(await store.findReplay(elsewhere, key), undefined)
    await assert.rejects(store.findReplay(conversation, other), refusal('key-reused'))
    // Another request has got it now.
    assert.equal(await store.withdraw({ turn, conversation, results: [] }), false)
  })

  test('a key with another body is refused, also while the first request waits in the queue', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    await begun(store, beginning(conversation, 'x', { key }))
    await assert.rejects(store.begin(beginning(conversation, 'y', { key: other })), {
      ...refusal('key-reused'),
      message: 'The Idempotency-Key was used with another body.',
    })
    const waiting = { key: 'second', digest: 'a' }
    await store.begin(beginning(conversation, 'z', { key: waiting, whenBusy: 'queue' }))
    const reused = beginning(conversation, 'z', { key: { ...waiting, digest: 'b' }, whenBusy: 'queue' })
    await assert.rejects(store.begin(reused), refusal('key-reused'))
  })

  test('a request that is sent again while it waits has the position of the first one, and its replay when that has begun [one-turn]', async () => {
    const [one, two] = [await world().process(), await world().process({ busyQueue: 2 })]
    const conversation = world().conversation()
    const { id: active } = await begun(one.store, beginning(conversation))
    const [first, like] = [1, 2].map(() => beginning(conversation, 'x', { key, whenBusy: 'queue' }))
    const later = beginning(conversation, 'later', { whenBusy: 'queue' })
    assert.ok(first && like)
    const busy = { result: 'busy', active }
    assert.deepEqual(await one.store.begin(first), busy)
    assert.deepEqual(await one.store.begin(later), busy)
    assert.deepEqual(await two.store.begin(like), busy)
    await one.store.endStep(step(active, 1, 'ok'), [])
    assert.equal((await one.store.begin(later)).result, 'busy')
    await begun(one.store, first)
    assert.deepEqual(await two.store.begin(like), { result: 'replay', turn: first.turn, after: 0 })
    await one.store.endStep(step(first.turn, 1, 'ok'), [])
    await begun(one.store, later)
  })

  test('where the request that was sent first leaves the queue, or its process is gone, the other keeps the position [one-turn]', async () => {
    const [one, two] = [await world().process(), await world().process()]
    for (const leaves of [true, false]) {
      const conversation = world().conversation()
      const { id: active } = await begun(one.store, beginning(conversation))
      const [first, like] = [1, 2].map(() => beginning(conversation, 'x', { key, whenBusy: 'queue' }))
      const later = beginning(conversation, 'later', { whenBusy: 'queue' })
      assert.ok(first && like)
      await two.store.begin(first)
      await one.store.begin(later)
      await one.store.begin(like)
      if (leaves) await two.store.leaveQueue(first.turn)
      else await two.expire()
      await one.store.endStep(step(active, 1, 'ok'), [])
      assert.equal((await one.store.begin(later)).result, 'busy')
      await begun(one.store, like)
    }
  })

  test('a repeated beginning returns its turn as begun, not as a replay', async () => {
    const { store } = await world().process()
    const given = beginning(world().conversation(), 'x', { key })
    const state = await begun(store, given)
    assert.deepEqual(await begun(store, given), state)
  })

  test('results that are sent again are replayed from the event before the first ones', async () => {
    const { store, journal } = await world().process()
    const { turn, seq } = await waitingTurn(store, world().conversation(), [deviceCall(0), deviceCall(1)])
    const first = resultsFor(turn, [answered(seq, 0)], { key })
    assert.deepEqual(await store.storeResults(first), { result: 'recorded' })
    assert.deepEqual(await store.storeResults(resultsFor(turn, [answered(seq, 0)], { key })), {
      result: 'replay',
      turn,
      after: 1,
    })
    const last = { key: 'last', digest: 'd' }
    const outcome = await store.storeResults(resultsFor(turn, [answered(seq, 1)], { key: last }))
    assert.ok(outcome.result === 'go-on')
    await journal.write([{ turn, chunks: [chunk(outcome.state.lastEvent + 1, delta('x'))] }])
    const again = resultsFor(turn, [answered(seq, 1)], { key: last })
    assert.deepEqual(await store.storeResults(again), { result: 'replay', turn, after: 2 })
    const wrong = resultsFor(turn, [answered(seq, 1)], { key: { ...last, digest: 'e' } })
    await assert.rejects(store.storeResults(wrong), refusal('key-reused'))
  })

  test('a key is removed after its time [keys-expire]', async () => {
    const { store } = await world().process()
    const brief = await world().process({ keyLifeMs: 0 })
    const conversation = world().conversation()
    const { id } = await begun(store, beginning(conversation, 'x', { key }))
    await store.endStep(step(id, 1, 'ok'), [])
    const { id: second } = await begun(brief.store, beginning(conversation, 'y', { key: other }))
    assert.deepEqual(await store.begin(beginning(conversation, 'y', { key: other })), {
      ...{ result: 'replay', turn: second, after: 0 },
    })
    await brief.store.heartbeat([second])
    assert.deepEqual(
      await world().query('select from chatterd.idempotency_keys where turn_id = $1', [second]),
      [],
    )
  })

  test('a refused request leaves no key', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id: active } = await begun(store, beginning(conversation))
    await store.begin(beginning(conversation, 'x', { key }))
    await store.endStep(step(active, 1, 'ok'), [])
    await begun(store, beginning(conversation, 'y', { key: other }))
  })

  test('a request whose turn an equal one has got is not withdrawn', async () => {
    const [{ store }, second] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const given = beginning(conversation, 'x', { key })
    const { id: turn } = await begun(store, given)
    await second.store.begin(beginning(conversation, 'x', { key }))
    assert.equal(await store.withdraw({ turn, conversation, results: [] }), false)
    // Its process gets it again, to run it after all.
    assert.equal((await begun(store, given)).id, turn)
  })

  test('a request that others follow is not withdrawn', async () => {
    const { store, journal } = await world().process()
    const conversation = world().conversation()
    const { id } = await begun(store, beginning(conversation))
    await journal.read([{ turn: id, after: 0, follow: true }])
    const before = await world().snapshot(conversation)
    assert.equal(await store.withdraw({ turn: id, conversation, results: [] }), false)
    assert.deepEqual(await world().snapshot(conversation), before)
    const second = world().conversation()
    const { turn, seq } = await waitingTurn(store, second)
    await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    await journal.read([{ turn, after: 0, follow: true }])
    assert.equal(await store.withdraw({ turn, conversation: second, results: [{ seq, index: 0 }] }), false)
    assert.equal((await store.newestTurn(second))?.status, 'running')
  })

  test('a withdrawn request leaves no key', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { id } = await begun(store, beginning(conversation, 'x', { key }))
    assert.equal(await store.withdraw({ turn: id, conversation, results: [] }), true)
    const { id: turn } = await begun(store, beginning(conversation, 'x', { key: other }))
    const { seq } = await store.endStep(step(turn, 1, '', { calls: [deviceCall()] }), [])
    const result = { key: 'result', digest: 'd' }
    for (const _ of [1, 2]) {
      const outcome = await store.storeResults(resultsFor(turn, [answered(seq, 0)], { key: result }))
      assert.equal(outcome.result, 'go-on')
      await store.withdraw({ turn, conversation, results: [{ seq, index: 0 }] })
    }
    const again = await store.begin(beginning(conversation, 'x', { key: other }))
    assert.deepEqual(again, { result: 'replay', turn, after: 0 })
  })

  test('results are found by their key alone', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation)
    const before = await world().snapshot(conversation)
    assert.deepEqual(await store.storeResults(resultsFor(turn, [], { key })), { result: 'recorded' })
    assert.deepEqual(await world().snapshot(conversation), before)
    await store.storeResults(resultsFor(turn, [answered(seq, 0)], { key }))
    assert.deepEqual(await store.storeResults(resultsFor(turn, [], { key })), {
      result: 'replay',
      turn,
      after: 1,
    })
  })

  test('a prompt is not withdrawn where others know that it has superseded a turn [no-trace]', async () => {
    const { store, journal } = await world().process()
    const ways = [
      (turn: string) => journal.read([{ turn, after: 0, follow: true }]),
      async (turn: string) => {
        // A client of a process that is notified, and reads later.
        assert.equal((await journal.read([{ turn, after: 9, follow: true }]))[0]?.status, 'cancelled')
      },
      (turn: string, seq: number) => store.storeResults(resultsFor(turn, [answered(seq, 0, 'late')])),
    ]
    for (const record of ways) {
      const conversation = world().conversation()
      const { turn, seq } = await waitingTurn(store, conversation)
      const next = await begun(store, beginning(conversation, 'next'))
      await record(turn, seq)
      const before = await world().snapshot(conversation)
      assert.equal(await store.withdraw({ turn: next.id, conversation, results: [] }), false)
      assert.deepEqual(await world().snapshot(conversation), before)
      await store.endTurn({ turn: next.id, status: 'failed' }, [])
      await begun(store, beginning(conversation, 'third'))
    }
  })
}
