import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { delta } from '../../test/support/turns/delta.ts'
import { stateOf } from '../../test/support/turns/followed-turn.ts'
import { settle } from '../../test/support/turns/live-process.ts'
import { engineError } from '../../test/support/turns/scripted-turn.ts'
import type { JournalWritten, TurnChunks } from '../turn/ports/event-journal.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { JournalWriter } from './journal-writer.ts'
import { LiveTurn } from './live-turn.ts'

const away = engineError('database-unavailable')
const none: JournalWritten = { written: [], lost: [], followed: [], cancelled: [] }

/** A journal that writes all, or does what `respond` says, and a clock that the test moves. */
function open(t: TestContext, delayMs = 45) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const writes: (readonly TurnChunks[])[] = []
  const faults: unknown[] = []
  const world = {
    ...{ writes, faults },
    respond: async (turns: readonly TurnChunks[]): Promise<JournalWritten> => ({
      ...none,
      written: turns.map(({ turn }) => turn),
    }),
    /** Lets this time pass, in milliseconds, and all happen that follows from it. */
    async pass(ms: number) {
      t.mock.timers.tick(ms)
      await settle()
    },
    /** Ids of the turns in each write. */
    turns: () => writes.map((write) => write.map(({ turn }) => turn)),
    live: (id: string) =>
      new LiveTurn(stateOf(id), { maxUnjournaledEvents: 64, onPending: (live) => writer.add(live) }),
    forget: (live: LiveTurn) => writer.forget(live),
  }
  const journal = {
    write(turns: readonly TurnChunks[]) {
      writes.push(structuredClone(turns))
      return world.respond(turns)
    },
  }
  const writer = new JournalWriter(journal, delayMs, (fault) => faults.push(fault))
  return world
}

test('events are in the journal within 50 ms, those of many turns with one write', async (t) => {
  const { live, pass, writes, turns } = open(t)
  const lives = ['a', 'b', 'c'].map(live)
  for (const one of lives) one.publish([delta('x')])
  await pass(40)
  lives[0]?.publish([delta('y')])
  assert.equal(writes.length, 0)
  await pass(10)
  assert.deepEqual(turns(), [['a', 'b', 'c']])
  assert.deepEqual(writes[0]?.[0]?.chunks, [{ first: 2, count: 1, records: 'text-delta {"text":"xy"}\n' }])
  assert.ok(lives.every(({ log }) => log.unjournaled === 0))
  await pass(10_000)
  assert.equal(writes.length, 1, 'where nothing happens, nothing is written')
})

test('events wait longer for each other where no client of another process follows their turn', async (t) => {
  const world = open(t, 200)
  const { live, pass, turns } = world
  const [a, b] = [live('a'), live('b')]
  a.publish([delta('1')])
  await pass(195)
  assert.deepEqual(turns(), [])
  world.respond = async () => ({ ...none, written: ['a'], followed: ['a'] })
  await pass(5)
  assert.deepEqual(turns(), [['a']])
  b.publish([delta('1')])
  a.publish([delta('2')])
  await pass(45)
  assert.deepEqual(turns(), [['a'], ['b', 'a']])
})

test('events that wait are written soon once a client of another process follows their turn', async (t) => {
  const { live, pass, turns } = open(t, 10_000)
  const a = live('a')
  a.publish([delta('1')])
  await pass(1_000)
  a.followElsewhere()
  await pass(45)
  assert.deepEqual(turns(), [['a']])
})

test('a turn that would soon wait for the journal is written at once', async (t) => {
  const { live, pass, turns } = open(t, 10_000)
  const a = live('a')
  for (let number = 0; number < 32; number++) a.publish([{ type: 'step-start', step: number }])
  await pass(1)
  assert.deepEqual(turns(), [])
  a.publish([{ type: 'step-start', step: 33 }])
  await pass(1)
  assert.deepEqual(turns(), [['a']])
})

test('there is one write at a time; events that come meanwhile are in the next', async (t) => {
  const world = open(t)
  const { live, pass, turns, writes } = world
  const held = Promise.withResolvers<JournalWritten>()
  const { respond } = world
  world.respond = () => held.promise
  const [a, b] = [live('a'), live('b')]
  a.publish([delta('1')])
  await pass(50)
  a.publish([delta('2')])
  b.publish([delta('1')])
  await pass(10_000)
  assert.deepEqual(turns(), [['a']])
  world.respond = respond
  held.resolve({ ...none, written: ['a'] })
  await settle()
  await pass(50)
  assert.deepEqual(turns(), [['a'], ['a', 'b']])
  assert.deepEqual(writes[1]?.[0]?.chunks, [{ first: 3, count: 1, records: 'text-delta {"text":"2"}\n' }])
})

test('a write that fails is repeated, with the same chunks, and before all newer ones', async (t) => {
  const world = open(t)
  const { live, pass, writes, faults } = world
  const { respond } = world
  const a = live('a')
  world.respond = () => Promise.reject(away)
  a.publish([delta('1')])
  await pass(50)
  a.publish([delta('2')])
  await pass(100)
  world.respond = respond
  a.publish([delta('3')])
  await pass(200)
  assert.equal(writes.length, 3)
  const [first] = writes.map((write) => write[0]?.chunks ?? [])
  for (const [index, write] of writes.entries()) {
    const chunks = write[0]?.chunks ?? []
    assert.deepEqual(chunks[0], first?.[0])
    assert.deepEqual(
      chunks.map(({ records }) => records.replaceAll(/\D/g, '')),
      ['1', '2', '3'].slice(0, index + 1),
    )
  }
  assert.equal(a.log.unjournaled, 0)
  assert.deepEqual(faults, [])
})

test('while the database is away, writes are retried less and less often, and on time again when it is back', async (t) => {
  const world = open(t)
  const { live, pass, writes } = world
  const { respond } = world
  world.respond = () => Promise.reject(away)
  live('a').publish([delta('1')])
  const pauses: number[] = []
  for (let ms = 0, last = 0; ms < 10_000; ms += 5) {
    const before = writes.length
    await pass(5)
    if (writes.length === before) continue
    pauses.push(ms + 5 - last)
    last = ms + 5
  }
  assert.deepEqual(pauses.slice(0, 5), [45, 90, 180, 360, 720])
  assert.deepEqual(new Set(pauses.slice(5)), new Set([1_000]))
  world.respond = respond
  await pass(1_000)
  const before = writes.length
  live('b').publish([delta('1')])
  await pass(50)
  assert.equal(writes.length, before + 1)
})

test('a bug is reported to the log, and the write is repeated all the same', async (t) => {
  const world = open(t)
  const { live, pass, writes, faults } = world
  const { respond } = world
  const fault = new TypeError('a bug')
  world.respond = () => Promise.reject(fault)
  const a = live('a')
  a.publish([delta('1')])
  await pass(50)
  assert.deepEqual(faults, [fault])
  world.respond = respond
  await pass(100)
  assert.deepEqual([writes.length, a.log.unjournaled], [2, 0])
})

test('a turn that this process does not run any more is ended here as lost, and not written again', async (t) => {
  const world = open(t)
  const { live, pass, writes } = world
  world.respond = async () => ({ ...none, written: ['b'], lost: ['a'] })
  const [a, b] = [live('a'), live('b')]
  for (const one of [a, b]) one.publish([delta('1')])
  await pass(50)
  const { reason } = a.signal
  assert.ok(reason instanceof TurnAbort)
  assert.deepEqual([reason.status, reason.detail?.code], ['interrupted', 'turn-lost'])
  assert.equal(b.signal.aborted, false)
  await pass(10_000)
  assert.equal(writes.length, 1)
})

test('a turn that a client asked to cancel is cancelled, whether its events were written or not', async (t) => {
  const world = open(t)
  const { live, pass } = world
  world.respond = async () => ({ ...none, written: ['a', 'c'], cancelled: ['a', 'b'] })
  const lives = ['a', 'b', 'c'].map(live)
  for (const one of lives) one.publish([delta('1')])
  await pass(50)
  assert.deepEqual(
    lives.map(({ signal }) => signal.aborted && signal.reason.status),
    ['cancelled', 'cancelled', false],
  )
})

test('events of a turn that was left out are in the next write', async (t) => {
  const world = open(t)
  const { live, pass, turns, writes } = world
  const { respond } = world
  const [a, b] = [live('a'), live('b')]
  world.respond = async () => ({ ...none, written: ['b'] })
  for (const one of [a, b]) one.publish([delta('1')])
  await pass(50)
  assert.deepEqual([a.log.unjournaled, a.signal.aborted, b.log.unjournaled], [1, false, 0])
  world.respond = respond
  await pass(50)
  assert.deepEqual(turns(), [['a', 'b'], ['a']])
  assert.deepEqual(writes[1]?.[0], writes[0]?.[0])
  assert.equal(a.log.unjournaled, 0)
})

test('a turn that has ended is not written, and neither are events that were stored with its outcome', async (t) => {
  const { live, pass, turns, forget } = open(t)
  const [ended, stored, other] = [live('ended'), live('stored'), live('other')]
  for (const one of [ended, stored, other]) one.publish([delta('1')])
  forget(ended)
  stored.publishStaged(stored.stage([{ type: 'step-start', step: 1 }]))
  await pass(50)
  assert.deepEqual(turns(), [['other']])
  stored.publish([])
  await pass(10_000)
  assert.deepEqual(turns(), [['other']])
})

test('a write has some eight million characters; the other turns are in the next', async (t) => {
  const { live, pass, turns, writes } = open(t)
  const long = 'x'.repeat(3_000_000)
  for (const id of ['a', 'b', 'c', 'd', 'e']) live(id).publish([delta(long)])
  await pass(50)
  await pass(50)
  assert.deepEqual(turns(), [
    ['a', 'b', 'c'],
    ['d', 'e'],
  ])
  const size = writes[0]
    ?.flatMap(({ chunks }) => chunks)
    .reduce((sum, { records }) => sum + records.length, 0)
  assert.ok((size ?? 0) < 10_000_000)
})
