import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { startHeartbeat } from '../../../src/store/heartbeat.ts'
import {
  answered,
  beginning,
  begun,
  chunk,
  delta,
  deviceCall,
  journalEvents,
  refusal,
  residentCall,
  resultsFor,
  step,
  succeeded,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function leases(world: () => StoreWorld): void {
  test('the turns of a process that is gone are interrupted, and their open calls closed [killed]', async () => {
    const [gone, living] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: turn } = await begun(gone.store, beginning(conversation))
    const calls = [residentCall(0), deviceCall(1), deviceCall(2)]
    const { seq } = await gone.store.endStep(step(turn, 1, '', { calls }), [])
    await gone.store.storeResults(resultsFor(turn, [answered(seq, 2)]))
    assert.ok(!(await living.store.heartbeat([])).ended.includes(turn))
    await gone.expire()
    assert.ok((await living.store.heartbeat([])).ended.includes(turn))
    const newest = await living.store.newestTurn(conversation)
    assert.equal(newest?.status, 'interrupted')
    assert.deepEqual(
      newest?.calls.map(({ status }) => status),
      ['interrupted', 'cancelled', 'answered'],
    )
    assert.ok(!(await living.store.heartbeat([])).ended.includes(turn))
    await assert.rejects(gone.store.endCalls(turn, [succeeded(seq, 0)], []), refusal('turn-lost'))
    await assert.rejects(gone.store.endStep(step(turn, 2, 'late'), []), refusal('turn-lost'))
    await begun(living.store, beginning(conversation, 'go on'))
  })

  test('a turn that has run again since takes nothing of an earlier run, also of the same process [once]', async () => {
    const { store, journal } = await world().process()
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(store, conversation)
    const earlier = 1
    const resumed = await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    assert.equal(resumed.result === 'go-on' && resumed.state.run, 2)
    const before = await world().snapshot(conversation)
    const last = (await journalEvents(journal, turn)).length
    const chunks = [chunk(last + 1, delta('of the earlier run'))]
    const end = [chunk(last + 1, { type: 'turn-end', status: 'failed' })]
    assert.deepEqual((await journal.write([{ turn, run: earlier, chunks }])).lost, [turn])
    for (const write of [
      () => store.endStep(step(turn, 2, 'late'), [], earlier),
      () => store.endCalls(turn, [succeeded(seq, 0)], [], earlier),
      () => store.endTurn({ turn, status: 'failed' }, end, earlier),
    ])
      await assert.rejects(write, refusal('turn-lost'))
    assert.equal(await store.withdraw({ turn, conversation, results: [{ seq, index: 0 }] }, earlier), false)
    assert.deepEqual(await world().snapshot(conversation), before)
    assert.deepEqual((await journal.write([{ turn, run: 2, chunks }])).written, [turn])
    await store.endTurn(
      { turn, status: 'failed' },
      [chunk(last + 2, { type: 'turn-end', status: 'failed' })],
      2,
    )
  })

  /** Time passes, in steps of 500 ms: for leases, and for the heartbeats that a test has started with its mocked timers. */
  async function pass(t: TestContext, ms: number, beats: () => Promise<unknown>) {
    const later = `update chatterd.runners set expires_at = expires_at - interval '500 ms' where $1 like '%' || id || '%'`
    for (let passed = 0; passed < ms; passed += 500) {
      await world().query(later, [runners.join()])
      t.mock.timers.tick(500)
      await beats()
    }
  }
  let runners: string[] = []

  test('turns end within the lease, whenever their process dies and others send heartbeats, and not while two heartbeats in a row fail [ends-once] [killed]', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const leaseMs = 9_000
    for (const phase of [0, 500, 1_000, 1_500]) {
      const living = await world().process({ leaseMs, quiet: true })
      const dying = await world().process({ leaseMs, quiet: true })
      runners = [living.runner, dying.runner]
      const ended: string[] = []
      let beats: Promise<unknown> = Promise.resolve()
      const lease = {
        heartbeat: (turns: readonly string[]) => {
          const beat = living.store.heartbeat(turns)
          beats = beat.catch(() => {})
          return beat
        },
        endLease: () => living.store.endLease(),
      }
      const heartbeat = startHeartbeat(lease, {
        ...{ leaseMs, turns: () => [], onFault: (fault) => assert.fail(String(fault)) },
        onHeartbeat: (result) => ended.push(...result.ended),
      })
      await heartbeat.first
      await pass(t, phase, () => beats)
      await dying.store.heartbeat([])
      const { id: turn } = await begun(dying.store, beginning(world().conversation()))
      await pass(t, 5_500, () => beats)
      assert.ok(!ended.includes(turn), `${phase}: ended too early`)
      await pass(t, 3_500, () => beats)
      assert.ok(ended.includes(turn), `${phase}: not ended in time`)
      await heartbeat.stop()
    }
  })

  test('a turn that its process ends while that counts as gone is completed or interrupted, never both [ends-once]', async () => {
    for (let round = 0; round < 30; round++) {
      const [late, living] = [await world().process(), await world().process()]
      const conversation = world().conversation()
      const { id: turn } = await begun(late.store, beginning(conversation))
      await late.expire()
      const [stored, ended] = await Promise.all([
        late.store.endStep({ ...step(turn, 1, 'done'), status: 'completed' }, []).then(
          () => true,
          () => false,
        ),
        living.store.heartbeat([]),
      ])
      const newest = await living.store.newestTurn(conversation)
      assert.deepEqual(
        [newest?.status, ended.ended.includes(turn)],
        stored ? ['completed', false] : ['interrupted', true],
      )
    }
  })

  test('a prompt does not wait for a turn whose process is gone', async () => {
    const [gone, living] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: turn } = await begun(gone.store, beginning(conversation, 'first'))
    const { seq } = await gone.store.endStep(step(turn, 1, '', { calls: [residentCall()] }), [])
    await gone.expire()
    const state = await begun(living.store, beginning(conversation, 'second'))
    assert.equal(state.log.find((message) => message.seq === seq)?.calls[0]?.status, 'interrupted')
    await assert.rejects(gone.store.endCalls(turn, [succeeded(seq, 0)], []), refusal('turn-lost'))
    assert.equal((await living.store.newestTurn(conversation))?.turn, state.id)
  })

  test('a process that counted as gone, and has lost its turn, does not write to it [once]', async () => {
    const [gone, living] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(gone.store, conversation)
    await gone.store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    await gone.expire()
    const state = await begun(living.store, beginning(conversation, 'next'))
    await gone.store.heartbeat([turn])
    const before = await world().snapshot(conversation)
    await assert.rejects(gone.store.endStep(step(turn, 2, 'late'), []), refusal('turn-lost'))
    await assert.rejects(gone.store.endTurn({ turn, status: 'failed' }, []), refusal('turn-lost'))
    assert.deepEqual(await world().snapshot(conversation), before)
    await living.store.endStep(step(state.id, 1, 'on time'), [])
  })

  test('a turn that its own process does not run any more is ended after the lease', async () => {
    const own = await world().process({ leaseMs: 0 })
    const patient = await world().process()
    const [lost, listed, young] = [1, 2, 3].map(() => world().conversation())
    assert.ok(lost && listed && young)
    const { id: lostTurn } = await begun(own.store, beginning(lost))
    const { id: listedTurn } = await begun(own.store, beginning(listed))
    const { id: youngTurn } = await begun(patient.store, beginning(young))
    await own.store.heartbeat([lostTurn, listedTurn])
    const { ended } = await own.store.heartbeat([listedTurn])
    assert.deepEqual([ended.includes(lostTurn), ended.includes(listedTurn)], [true, false])
    assert.ok(!(await patient.store.heartbeat([])).ended.includes(youngTurn))
    assert.equal((await own.store.newestTurn(lost))?.status, 'interrupted')
    assert.equal((await patient.store.newestTurn(young))?.status, 'running')
  })

  test('a heartbeat that comes late ends no turn that its process has taken since it named its turns', async () => {
    const { store } = await world().process({ leaseMs: 0 })
    const { id: turn } = await begun(store, beginning(world().conversation()))
    assert.ok(!(await store.heartbeat([])).ended.includes(turn))
    await store.endStep(step(turn, 1, 'done'), [])
  })

  test('after an absence of the database, the first process that is back leaves the others time to renew their leases', async () => {
    const [first, second, gone] = [await world().process(), await world().process(), await world().process()]
    const { id: kept } = await begun(second.store, beginning(world().conversation()))
    const { id: lost } = await begun(gone.store, beginning(world().conversation()))
    for (const process of [first, second, gone]) await process.expire()
    assert.deepEqual((await first.store.heartbeat([])).ended, [])
    await second.store.heartbeat([kept])
    const { ended } = await first.store.heartbeat([])
    assert.deepEqual([ended.includes(lost), ended.includes(kept)], [true, false])
    await second.store.endStep(step(kept, 1, 'done'), [])
  })

  test('a turn that waits for its device belongs to no process, and outlives its own', async () => {
    const [gone, living] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { turn, seq } = await waitingTurn(gone.store, conversation)
    await gone.expire()
    await living.store.heartbeat([])
    const outcome = await living.store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    assert.equal(outcome.result, 'go-on')
    await living.store.heartbeat([turn])
    await living.store.endStep(step(turn, 2, 'done'), [])
  })

  test('the turns of a process that ends its lease are recovered at once', async () => {
    const [leaving, living] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const { id: turn } = await begun(leaving.store, beginning(conversation))
    await leaving.store.endLease()
    assert.ok((await living.store.heartbeat([])).ended.includes(turn))
  })

  test('a process whose heartbeats were lost renews its lease with its next prompt', async () => {
    const [late, other] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    await late.expire()
    await other.store.heartbeat([])
    const { id: turn } = await begun(late.store, beginning(conversation))
    assert.ok(!(await other.store.heartbeat([])).ended.includes(turn))
    assert.equal((await other.store.begin(beginning(conversation, 'second'))).result, 'busy')

    const waiting = world().conversation()
    const { turn: waited, seq } = await waitingTurn(other.store, waiting)
    await late.expire()
    await late.store.storeResults(resultsFor(waited, [answered(seq, 0)]))
    assert.ok(!(await other.store.heartbeat([])).ended.includes(waited))
  })

  test('a prompt does not end a turn of its own process, however late the heartbeats are', async () => {
    const { store, expire } = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(store, beginning(conversation))
    await expire()
    assert.equal((await store.begin(beginning(conversation, 'second'))).result, 'busy')
    await store.endStep(step(turn, 1, 'whole'), [])
  })

  test('processes whose leases have all expired can send heartbeats at once', async () => {
    const processes = await Promise.all(Array.from({ length: 12 }, () => world().process()))
    for (let round = 0; round < 5; round++) {
      for (const { expire } of processes) await expire()
      await Promise.all(processes.map(({ store }) => store.heartbeat([])))
    }
    for (const { store } of processes) {
      const { id } = await begun(store, beginning(world().conversation()))
      assert.ok(!(await processes[0]?.store.heartbeat([id]))?.ended.includes(id))
    }
  })

  test('where a process is alone, turns from before it are ended at its first heartbeat [killed]', async () => {
    const before = await world().process()
    const conversation = world().conversation()
    const { id: turn } = await begun(before.store, beginning(conversation))
    await world().process({ alone: true })
    const newest = await before.store.newestTurn(conversation)
    assert.deepEqual([newest?.turn, newest?.status], [turn, 'interrupted'])
  })
}
