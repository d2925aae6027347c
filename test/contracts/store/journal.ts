import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type EventChunk, eventsOf } from '../../../src/protocol/event-chunk.ts'
import {
  beginning,
  begun,
  chunk,
  delta,
  journalEvents,
  refusal,
  residentCall,
  step,
  stepEnd,
  succeeded,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function journal(world: () => StoreWorld): void {
  test('events are read as they were written, by any process, from any number on', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const { id: turn, lastEvent } = await begun(one.store, beginning(world().conversation()))
    assert.equal(lastEvent, 1)
    const chunks = [
      chunk(2, delta('a\u0000'), delta('"\\')),
      chunk(4, delta('\ud83c')),
      chunk(5, delta('\udf88\u2028')),
    ]
    assert.deepEqual(await one.journal.write([{ turn, chunks }]), {
      written: [turn],
      lost: [],
      followed: [],
      cancelled: [],
    })
    const whole = await journalEvents(two.journal, turn)
    assert.deepEqual(
      whole.map(({ number, name }) => `${number} ${name}`),
      ['1 turn-start', '2 text-delta', '3 text-delta', '4 text-delta', '5 text-delta'],
    )
    assert.deepEqual(
      whole.slice(1).map(({ data }) => JSON.parse(data).text),
      ['a\u0000', '"\\', '\ud83c', '\udf88\u2028'],
    )
    for (const after of [0, 1, 2, 3, 4, 5, 6]) {
      const [page] = await two.journal.read([{ turn, after, follow: false }])
      const rest = page?.chunks.flatMap((one) => eventsOf(one, after + 1))
      assert.deepEqual(rest, whole.slice(after), `after ${after}`)
      assert.deepEqual([page?.status, page?.pruned], ['running', false])
    }
  })

  test('events that are written twice, also at once, are stored once', async () => {
    const { store, journal } = await world().process()
    const { id: turn } = await begun(store, beginning(world().conversation()))
    const first = { turn, chunks: [chunk(2, delta('a'), delta('b'))] }
    await Promise.all([journal.write([first]), journal.write([first])])
    await journal.write([{ turn, chunks: [...first.chunks, chunk(4, delta('c'))] }])
    assert.deepEqual(
      (await journalEvents(journal, turn)).map(({ number }) => number),
      [1, 2, 3, 4],
    )
  })

  test('an outcome is stored with the events that were published before it, written already or not', async () => {
    const { store, journal } = await world().process()
    const { id: turn } = await begun(store, beginning(world().conversation()))
    const before = [chunk(2, delta('a')), chunk(3, delta('b'))]
    await journal.write([{ turn, chunks: before.slice(0, 1) }])
    const outcome = step(turn, 1, 'ab')
    const own = chunk(4, stepEnd(outcome), { type: 'turn-end', status: 'completed' })
    const first = await store.endStep(outcome, [...before, own])
    assert.deepEqual(await store.endStep(outcome, [...before, own]), first)
    assert.deepEqual(
      (await journalEvents(journal, turn)).map(({ name }) => name),
      ['turn-start', 'text-delta', 'text-delta', 'step-end', 'turn-end'],
    )
  })

  test('turns that a process has lost are returned, and none of their events are written', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const keys = [1, 2, 3, 4].map(() => world().conversation())
    const [ended, foreign, gone, waiting] = keys
    assert.ok(ended && foreign && gone && waiting)
    const { id: endedTurn } = await begun(one.store, beginning(ended))
    await one.store.endTurn({ turn: endedTurn, status: 'failed' }, [
      chunk(2, { type: 'turn-end', status: 'failed' }),
    ])
    const { id: foreignTurn } = await begun(two.store, beginning(foreign))
    const { id: goneTurn } = await begun(one.store, beginning(gone))
    await one.store.reset(gone, [])
    const { turn: waitingId } = await waitingTurn(one.store, waiting)
    const before = await Promise.all(keys.map((key) => world().snapshot(key)))
    const turns = [endedTurn, foreignTurn, goneTurn, waitingId]
    const { lost, ...rest } = await one.journal.write(
      turns.map((turn) => ({ turn, chunks: [chunk(9, delta('late'))] })),
    )
    assert.deepEqual(new Set(lost), new Set([endedTurn, foreignTurn, goneTurn]))
    assert.deepEqual(rest, { written: [], followed: [], cancelled: [] })
    assert.deepEqual(await Promise.all(keys.map((key) => world().snapshot(key))), before)
  })

  test('writing waits for no lock: a turn whose outcome is being stored is left out', async (t) => {
    if (world().isAlone) return t.skip('the embedded database has one connection')
    const { store, journal } = await world().process()
    const [{ id: held }, { id: free }] = [
      await begun(store, beginning(world().conversation())),
      await begun(store, beginning(world().conversation())),
    ]
    const release = await world().hold('select from chatterd.turns where id = $1 for update', [held])
    const chunks = [chunk(2, delta('a'))]
    const written = await journal.write([held, free].map((turn) => ({ turn, chunks })))
    assert.deepEqual(written, { written: [free], lost: [], followed: [], cancelled: [] })
    await release()
    assert.deepEqual((await journal.write([{ turn: held, chunks }])).written, [held])
  })

  test('of many events a read returns about 256 KiB, and the next read the rest', async () => {
    const { store, journal } = await world().process()
    const { id: turn } = await begun(store, beginning(world().conversation()))
    const chunks = Array.from({ length: 10 }, (_, index) => chunk(index + 2, delta('x'.repeat(100_000))))
    await journal.write([{ turn, chunks }])
    let after = 0
    const pages: EventChunk[][] = []
    for (;;) {
      const [page] = await journal.read([{ turn, after, follow: false }])
      if (!page || page.chunks.length === 0) break
      pages.push(page.chunks)
      after = page.chunks.reduce((last, { first, count }) => Math.max(last, first + count - 1), after)
    }
    assert.equal(after, 11)
    assert.ok(pages.every((page) => page.length <= 4) && pages.length >= 3)
    // One that is longer than that comes as well.
    await journal.write([{ turn, chunks: [chunk(12, delta('x'.repeat(1_000_000)))] }])
    const [page] = await journal.read([{ turn, after: 11, follow: false }])
    assert.equal(page?.chunks.length, 1)
  })

  test('pages are in the order of the request, and a turn that does not exist has no status', async () => {
    const { store, journal } = await world().process()
    const turns = await Promise.all([1, 2].map(() => begun(store, beginning(world().conversation()))))
    const ids = [turns[1]?.id ?? '', crypto.randomUUID(), turns[0]?.id ?? '']
    const pages = await journal.read(ids.map((turn) => ({ turn, after: 0, follow: true })))
    assert.deepEqual(
      pages.map(({ turn, status, chunks }) => [turn, status, chunks.length]),
      [
        [ids[0], 'running', 1],
        [ids[1], undefined, 0],
        [ids[2], 'running', 1],
      ],
    )
    assert.deepEqual(await journal.read([]), [])
  })

  test('a turn whose process is gone gets no more events from it, and its numbers go on without a gap', async () => {
    const [gone, living] = [await world().process(), await world().process()]
    const { id: turn } = await begun(gone.store, beginning(world().conversation()))
    await gone.journal.write([{ turn, chunks: [chunk(2, delta('a'))] }])
    await gone.expire()
    await living.store.heartbeat([])
    const before = await journalEvents(living.journal, turn)
    assert.deepEqual((await gone.journal.write([{ turn, chunks: [chunk(3, delta('late'))] }])).lost, [turn])
    const late = step(turn, 1, 'late')
    await assert.rejects(gone.store.endStep(late, [chunk(3, stepEnd(late))]), refusal('turn-lost'))
    assert.deepEqual(await journalEvents(living.journal, turn), before)
    assert.deepEqual(
      before.map(({ number }) => number),
      before.map((_, index) => index + 1),
    )
  })

  test('an outcome whose events do not follow those that are there is refused', async () => {
    const { store, journal } = await world().process()
    const { id: turn } = await begun(store, beginning(world().conversation()))
    const outcome = step(turn, 1, 'x', { calls: [residentCall()] })
    await assert.rejects(store.endStep(outcome, [chunk(3, stepEnd(outcome))]), refusal('turn-lost'))
    const { seq } = await store.endStep(outcome, [chunk(2, stepEnd(outcome))])
    await assert.rejects(
      store.endCalls(turn, [succeeded(seq, 0)], [chunk(2, delta('x'))]),
      refusal('turn-lost'),
    )
    assert.equal((await journalEvents(journal, turn)).length, 2)
  })

  test('the events of a turn that ended long ago are pruned [pruned]', async () => {
    const [keeps, prunes] = [await world().process(), await world().process({ eventRetentionMs: 0 })]
    const conversation = world().conversation()
    const { id: turn } = await begun(keeps.store, beginning(conversation))
    const { id: running } = await begun(keeps.store, beginning(world().conversation()))
    const outcome = step(turn, 1, 'x')
    const end = chunk(2, stepEnd(outcome), { type: 'turn-end', status: 'completed' })
    await keeps.store.endStep(outcome, [end])
    const pages = async () => {
      const wants = [turn, running].map((one) => ({ turn: one, after: 0, follow: false }))
      const read = await keeps.journal.read(wants)
      return read.map(({ status, pruned, chunks }) => [status, pruned, chunks.length])
    }
    await keeps.store.heartbeat([running])
    assert.deepEqual(await pages(), [
      ['completed', false, 2],
      ['running', false, 1],
    ])
    await prunes.store.heartbeat([])
    assert.deepEqual(await pages(), [
      ['completed', true, 0],
      ['running', false, 1],
    ])
    assert.equal((await keeps.directory.outcome(turn))?.replies[0]?.content, 'x')
  })
}
