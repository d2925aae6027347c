import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answered,
  beginning,
  begun,
  chunk,
  delta,
  deviceCall,
  eventsFrom,
  journalEvents,
  residentCall,
  resultsFor,
  step,
  stepEnd,
  succeeded,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function cancels(world: () => StoreWorld): void {
  test('a turn that waits is cancelled at once, by any process, and again without a change', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(one.store, conversation)
    assert.equal(await two.store.cancel(turn), 'ended')
    assert.deepEqual(await eventsFrom(one.journal, turn, 2), [
      ['call-end', { callId: 'call-0', status: 'cancelled' }],
      ['turn-end', { status: 'cancelled' }],
    ])
    const before = await world().snapshot(conversation)
    assert.equal(await one.store.cancel(turn), 'ended')
    assert.deepEqual(await one.store.storeResults(resultsFor(turn, [answered(seq, 0)])), {
      result: 'conflict',
    })
    assert.deepEqual(await world().snapshot(conversation), before)
    assert.equal(await one.store.cancel(crypto.randomUUID()), 'unknown')
  })

  test('the process that runs a turn is asked to cancel it, and learns that with its next write', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const { id: turn } = await begun(one.store, beginning(world().conversation()))
    const write = { turn, chunks: [chunk(2, delta('a'))] }
    assert.deepEqual((await one.journal.write([write])).cancelled, [])
    assert.deepEqual((await one.store.heartbeat([turn])).cancelled, [])
    assert.equal(await two.store.cancel(turn), 'asked')
    assert.deepEqual(await one.journal.write([write]), {
      written: [turn],
      lost: [],
      followed: [],
      cancelled: [turn],
    })
    assert.deepEqual((await one.store.heartbeat([turn])).cancelled, [turn])
    assert.deepEqual((await two.store.heartbeat([])).cancelled, [])
    await one.store.endTurn({ turn, status: 'cancelled' }, [
      chunk(3, { type: 'turn-end', status: 'cancelled' }),
    ])
    assert.equal(await two.store.cancel(turn), 'ended')
    assert.deepEqual((await one.store.heartbeat([])).cancelled, [])
  })

  test('a turn whose process is gone is cancelled at once, and its text is kept', async () => {
    const [gone, living] = [await world().process(), await world().process()]
    const { id: turn } = await begun(gone.store, beginning(world().conversation()))
    await gone.journal.write([{ turn, chunks: [chunk(2, delta('half'))] }])
    await gone.expire()
    assert.equal(await living.store.cancel(turn), 'ended')
    const outcome = await living.directory.outcome(turn)
    assert.deepEqual(
      [outcome?.status, outcome?.error, outcome?.replies[0]?.content],
      ['cancelled', undefined, 'half'],
    )
    assert.deepEqual((await eventsFrom(living.journal, turn, 3)).at(-1), [
      'turn-end',
      { status: 'cancelled' },
    ])
  })

  test('a turn that begins to wait after a client asked to cancel it is cancelled then', async () => {
    const [one, two] = [await world().process(), await world().process()]
    for (const calls of [[deviceCall(0)], [residentCall(0), deviceCall(1)]]) {
      const { id: turn } = await begun(one.store, beginning(world().conversation()))
      const outcome = step(turn, 1, '', { calls })
      await two.store.cancel(turn)
      const { seq } = await one.store.endStep(outcome, [chunk(2, stepEnd(outcome))])
      if (outcome.status === 'running') {
        const ended = await one.store.endCalls(turn, [succeeded(seq, 0)], [chunk(3, delta('x'))])
        assert.deepEqual([ended.status, ended.appended?.count], ['waiting', 1])
        assert.deepEqual(
          (await one.store.endCalls(turn, [succeeded(seq, 0)], [chunk(3, delta('x'))])).appended,
          ended.appended,
        )
      } else {
        assert.equal((await one.store.endStep(outcome, [chunk(2, stepEnd(outcome))])).seq, seq)
      }
      assert.equal((await one.directory.turn(turn))?.status, 'cancelled')
      assert.equal((await journalEvents(one.journal, turn)).at(-1)?.name, 'turn-end')
    }
  })

  test('a turn that was to be cancelled when its process was lost is cancelled, not adopted', async () => {
    const [gone, living] = [await world().process(), await world().process()]
    const { id: turn } = await begun(gone.store, beginning(world().conversation()))
    await gone.store.endStep(step(turn, 1, '', { calls: [{ ...residentCall(), restartable: true }] }), [])
    await living.store.cancel(turn)
    await gone.expire()
    const { adopted, ended } = await living.store.heartbeat([])
    assert.deepEqual([adopted.length, ended.includes(turn)], [0, true])
    assert.equal((await living.directory.turn(turn))?.status, 'cancelled')
  })

  test('a waiting turn that gets events meanwhile is ended by its process all the same', async () => {
    const { store, journal } = await world().process()
    const { turn, seq } = await waitingTurn(store, world().conversation(), [deviceCall(0), deviceCall(1)])
    await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    await store.endTurn({ turn, status: 'cancelled' }, [chunk(2, { type: 'turn-end', status: 'cancelled' })])
    assert.deepEqual(
      (await journalEvents(journal, turn)).map(({ name }) => name),
      ['turn-start', 'call-end', 'call-end', 'turn-end'],
    )
  })
}
