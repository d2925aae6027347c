import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delta } from '../../test/support/turns/delta.ts'
import { type EventChunk, eventsOf } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { TurnLog } from './turn-log.ts'

const step = (number: number): TurnEvent => ({ type: 'step-start', step: number })

/** Numbers and data of chunks, one after the other. */
const textsOf = (chunks: readonly EventChunk[] | undefined) =>
  chunks?.flatMap((chunk) => eventsOf(chunk)).map(({ number, data }) => [number, data])

test('adjacent pieces of text are one event, until it is sent or written', () => {
  const log = new TurnLog(0)
  log.add([delta('a'), delta('b'), delta('t', 'thinking-delta')])
  log.add([delta('u', 'thinking-delta'), delta('c')])
  assert.equal(log.unjournaled, 3)
  assert.deepEqual(textsOf(log.since(1)), [
    [1, '{"text":"ab"}'],
    [2, '{"text":"tu"}'],
    [3, '{"text":"c"}'],
  ])
  log.add([delta('d')])
  assert.deepEqual(textsOf(log.since(4)), [[4, '{"text":"d"}']])
})

test('pieces without text are no events', () => {
  const log = new TurnLog(0)
  log.add([delta(''), delta('', 'thinking-delta')])
  assert.equal(log.unjournaled, 0)
  assert.equal(log.encodePending(), undefined)
  log.add([delta('a'), delta(''), delta('b')])
  assert.deepEqual(textsOf(log.unwritten()), [[1, '{"text":"ab"}']])
})

test('how many more events can be published is known before they are added; pieces of one text are one event', () => {
  const log = new TurnLog(7)
  const more = [
    delta('a'),
    delta('', 'thinking-delta'),
    delta('b'),
    step(1),
    step(2),
    delta('t', 'thinking-delta'),
    delta('c'),
  ]
  assert.deepEqual(
    [0, 1, 2, 4, 5].map((most) => log.fitting(more, most)),
    [0, 3, 4, 6, 7],
  )
  log.add(more)
  assert.equal(log.unjournaled, 5)
  assert.equal(log.fitting([delta('d')], 5), 1)
  log.encodePending()
  assert.equal(log.fitting([delta('d')], 5), 0)
  assert.equal(log.fitting([delta('d')], 6), 1)
  assert.equal(log.fitting([], 5), 0)
})

test('the numbers of a turn that goes on continue those of the journal', () => {
  const log = new TurnLog(7)
  log.add([step(2)])
  assert.deepEqual(textsOf(log.unwritten()), [[8, '{"step":2}']])
  assert.equal(log.since(7), undefined)
})

test('chunks that are in flight stay the same until they are written', () => {
  const log = new TurnLog(0)
  log.add([delta('a'), step(1)])
  const first = log.unwritten()
  assert.deepEqual(log.unwritten(), first)
  log.add([delta('b')])
  log.encodePending()
  log.add([delta('c')])
  const both = log.unwritten()
  assert.deepEqual(both[0], first[0])
  assert.deepEqual(textsOf(both.slice(1)), [
    [3, '{"text":"b"}'],
    [4, '{"text":"c"}'],
  ])
  assert.equal(both.length, 2)
  log.written(2)
  assert.deepEqual(log.unwritten(), both.slice(1))
  assert.equal(log.unjournaled, 2)
  log.written(4)
  assert.deepEqual([log.unwritten(), log.unjournaled], [[], 0])
})

test('a write that is confirmed late or twice changes nothing', () => {
  const log = new TurnLog(0)
  log.add([step(1)])
  log.unwritten()
  log.written(1)
  log.add([step(2)])
  const taken = log.unwritten()
  log.written(1)
  log.written(0)
  assert.deepEqual([log.unwritten(), log.unjournaled], [taken, 1])
})

test('staged events are stored with all that is not written, and are published when that is confirmed', () => {
  const log = new TurnLog(0)
  log.add([delta('a')])
  log.unwritten()
  log.add([delta('b')])
  const staged = log.stage([step(1), step(2)])
  assert.deepEqual(textsOf(staged.chunks), [
    [1, '{"text":"a"}'],
    [2, '{"text":"b"}'],
    [3, '{"step":1}'],
    [4, '{"step":2}'],
  ])
  assert.deepEqual(staged.own, staged.chunks.at(-1))
  assert.deepEqual(textsOf(log.since(3)), [])
  // The journal's writer may be faster with what came before.
  log.written(2)
  log.confirm(staged)
  assert.deepEqual([log.unjournaled, log.unwritten()], [0, []])
  assert.deepEqual(textsOf(log.since(3)), [
    [3, '{"step":1}'],
    [4, '{"step":2}'],
  ])
})

test('events that were staged and could not be stored are not published: the next events take their numbers', () => {
  const log = new TurnLog(0)
  log.add([delta('a')])
  log.stage([step(1)])
  assert.deepEqual(textsOf(log.stage([step(9)]).chunks), [
    [1, '{"text":"a"}'],
    [2, '{"step":9}'],
  ])
})

test('events that the database has appended are part of the log, and the next numbers follow them', () => {
  const log = new TurnLog(1, [{ first: 1, count: 1, records: 'turn-start {}\n' }])
  log.append({ first: 2, count: 2, records: 'call-end {}\nturn-waiting {"calls":[]}\n' })
  log.add([step(2)])
  assert.deepEqual(textsOf(log.since(1)), [
    [1, '{}'],
    [2, '{}'],
    [3, '{"calls":[]}'],
    [4, '{"step":2}'],
  ])
})

test('events of the future are not there yet', () => {
  const log = new TurnLog(3)
  assert.deepEqual([log.since(4), log.since(100)], [[], []])
})

test('of the journaled events only the last stay in memory; of the others all do', () => {
  const log = new TurnLog(0)
  const long = 'x'.repeat(6_000)
  for (let number = 1; number <= 5; number++) {
    log.add([delta(long)])
    log.encodePending()
    log.unwritten()
  }
  assert.equal(log.since(1)?.length, 5)
  log.written(5)
  assert.equal(log.since(1), undefined)
  assert.equal(log.since(3), undefined)
  assert.deepEqual(
    log.since(4)?.map(({ first }) => first),
    [4, 5],
  )
  log.add([delta('x'.repeat(20_000))])
  log.unwritten()
  assert.equal(log.since(6)?.length, 1)
  log.written(6)
  assert.equal(log.since(6), undefined)
  assert.deepEqual(log.since(7), [])
})
