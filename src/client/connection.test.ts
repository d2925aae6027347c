import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ConnectionInput, doubtfulSilenceMs, newConnection, nextConnection } from './connection.ts'

const rules = { firstMs: 250, longestMs: 15_000, attempts: Number.POSITIVE_INFINITY }

/** Gives a new connection these inputs, one each at its time. */
function after(
  steps: readonly [now: number, input: ConnectionInput][],
  random = 0,
  attempts = rules.attempts,
) {
  const start = newConnection(0)
  return steps.reduce(
    (connection, [now, input]) => nextConnection(connection, input, { ...rules, attempts }, { now, random }),
    start,
  )
}

const lost: ConnectionInput = { type: 'lost', error: { code: 'network', detail: 'away' } }
const due: ConnectionInput = { type: 'due' }
const woken: ConnectionInput = { type: 'woken' }

/** How long it waits after so many failures in a row. */
function waitAfter(failures: number, random: number): number {
  const steps = Array.from({ length: failures }, (): [number, ConnectionInput][] => [
    [0, due],
    [0, lost],
  ])
  const { state } = after(steps.flat(), random)
  return state.state === 'waiting' ? state.until : Number.NaN
}

test('waits double from a quarter of a second to fifteen, each of a length that chance decides', () => {
  assert.deepEqual(
    [1, 2, 3, 4].map((failures) => waitAfter(failures, 0)),
    [250, 500, 1_000, 2_000],
  )
  assert.deepEqual(
    [1, 2, 3, 4].map((failures) => waitAfter(failures, 1)),
    [500, 1_000, 2_000, 4_000],
  )
  assert.deepEqual(
    [6, 50].map((failures) => waitAfter(failures, 0)),
    [7_500, 7_500],
  )
  assert.deepEqual(
    [6, 50].map((failures) => waitAfter(failures, 1)),
    [15_000, 15_000],
  )
})

test('what comes makes the next wait a short one again', () => {
  const steps: [number, ConnectionInput][] = [
    [0, lost],
    [500, due],
    [500, lost],
    [1_500, due],
    [1_600, { type: 'opened' }],
    [1_700, { type: 'received' }],
    [2_000, lost],
  ]
  assert.deepEqual(after(steps).state, { state: 'waiting', until: 2_250, error: lost.error })
})

test('a connection that only opens, and brings nothing, is waited for longer each time', () => {
  const steps: [number, ConnectionInput][] = [
    [0, { type: 'opened' }],
    [0, lost],
    [250, due],
    [250, { type: 'opened' }],
    [250, lost],
  ]
  assert.deepEqual(after(steps).state, { state: 'waiting', until: 750, error: lost.error })
})

test('the network that is there again ends the wait, but not the one that the server has asked for', () => {
  assert.deepEqual(
    after([
      [0, lost],
      [10, woken],
    ]).state,
    { state: 'connecting' },
  )
  const busy: ConnectionInput = {
    type: 'lost',
    error: { code: 'too-many-requests', status: 429, detail: '', retryAfter: 3 },
  }
  assert.deepEqual(after([[0, busy]]).state, { state: 'waiting', until: 3_000, error: busy.error })
  assert.deepEqual(
    after([
      [0, busy],
      [10, woken],
    ]).state,
    { state: 'waiting', until: 3_000, error: busy.error },
  )
  assert.deepEqual(
    after([
      [0, busy],
      [3_000, woken],
    ]).state,
    { state: 'connecting' },
  )
})

test('a page that is shown again makes a connection anew that has been silent, and leaves one alone that has not', () => {
  const open: [number, ConnectionInput][] = [
    [0, { type: 'opened' }],
    [5_000, { type: 'received' }],
  ]
  assert.deepEqual(after([...open, [6_000, woken]]).state, { state: 'open' })
  assert.deepEqual(after([...open, [5_001 + doubtfulSilenceMs, woken]]).state, { state: 'connecting' })
})

test('it is given up after as many attempts as it may have', () => {
  assert.equal(
    after(
      [
        [0, lost],
        [250, due],
      ],
      0,
      2,
    ).state.state,
    'connecting',
  )
  assert.equal(
    after(
      [
        [0, lost],
        [250, due],
        [250, lost],
      ],
      0,
      2,
    ).state.state,
    'closed',
  )
})

test('once it is closed, nothing opens it', () => {
  const inputs = fc.constantFrom<ConnectionInput>(
    lost,
    due,
    woken,
    { type: 'opened' },
    { type: 'received' },
    { type: 'done' },
  )
  fc.assert(
    fc.property(fc.array(inputs), (more) => {
      const steps = more.map((input, index): [number, ConnectionInput] => [index * 10_000, input])
      assert.deepEqual(after([[0, { type: 'done' }], ...steps]).state, { state: 'closed' })
    }),
  )
})
