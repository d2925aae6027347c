import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClientEvent } from '../../client/types.ts'
import { EventLog } from './event-log.ts'
import { filterBlocks, matcherOf } from './filter-blocks.ts'
import { summarizeRow } from './summarize.ts'

const delta = (number: number, text = 'x'): ClientEvent => ({
  at: 1000 + number,
  number,
  type: 'text-delta',
  text,
})
const notice = (number: number): ClientEvent => ({
  ...{ at: 1000 + number, number },
  ...{ type: 'notice', code: 'history-cut', detail: `the ${number}th` },
})

function logOf(events: ClientEvent[]): EventLog {
  const log = new EventLog()
  for (const event of events) log.add(event)
  return log
}
const rowsOf = (log: EventLog) => log.blocks.flat()

test('deltas in a row are one line, with their first and last number', () => {
  const log = logOf([delta(1, 'It '), delta(2, 'is'), notice(3), delta(4)])
  assert.deepEqual(
    rowsOf(log).map(({ type, first, last, count, ms }) => [type, first, last, count, ms]),
    [
      ['text-delta', 1, 2, 2, 0],
      ['notice', 3, 3, 1, 2],
      ['text-delta', 4, 4, 1, 3],
    ],
  )
  assert.equal(rowsOf(log).map(summarizeRow)[0], 'It is')
})

test('events of the connection have no number', () => {
  const [row] = rowsOf(logOf([{ at: 5, type: 'connection', state: 'open' }]))
  assert.deepEqual([row?.first, row && summarizeRow(row)], [undefined, 'open'])
})

test('of very many events the newest two thousand lines are kept, and the rest is counted', () => {
  const log = logOf(Array.from({ length: 10_000 }, (_, index) => notice(index + 1)))
  assert.equal(rowsOf(log).length, 2000)
  assert.equal(log.left, 8000)
  assert.equal(log.count, 10_000)
  assert.equal(rowsOf(log).at(-1)?.last, 10_000)
})

test('a line of very many deltas keeps the first of them', () => {
  const log = logOf(Array.from({ length: 5000 }, (_, index) => delta(index + 1)))
  const [row] = rowsOf(log)
  assert.deepEqual([row?.count, row?.last, row?.events.length], [5000, 5000, 200])
})

test('a new event leaves the blocks before it as they were', () => {
  const log = logOf(Array.from({ length: 250 }, (_, index) => notice(index + 1)))
  const before = log.blocks
  log.add(notice(251))
  assert.deepEqual(
    log.blocks.map((block, index) => block === before[index]),
    [true, true, false],
  )
})

test('a filter finds events by their name and by what their line says', () => {
  const log = logOf([delta(1, 'Hello'), notice(2), notice(3)])
  const found = (filter: string) =>
    filterBlocks(log.blocks, matcherOf(filter))
      .flat()
      .map(({ first }) => first)
  assert.deepEqual(
    [found(''), found('NOTICE'), found('hello'), found('the 3th'), found('none')],
    [[1, 2, 3], [2, 3], [1], [3], []],
  )
  const matches = matcherOf('notice')
  assert.equal(filterBlocks(log.blocks, matches)[0], filterBlocks(log.blocks, matches)[0])
})
