import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foldEvent, newTurn, resultOf } from './fold-event.ts'
import type { TurnState } from './turn-state.ts'
import type { ClientEvent, NumberedEvent } from './types.ts'

type Unnumbered = NumberedEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'number'>
    : never
  : never

/** Numbers the events, a second apart. */
function numbered(...events: Unnumbered[]): ClientEvent[] {
  return events.map(
    (event, index) => ({ ...event, number: index + 1, at: (index + 1) * 1_000 }) as ClientEvent,
  )
}

function fold(events: readonly ClientEvent[], start = newTurn): TurnState {
  return events.reduce(foldEvent, start)
}

const approval = { hash: 'abc', source: 'device' }
const where = { callId: 'a', name: 'get_location', arguments: {}, side: 'device' } as const
const mail = { callId: 'b', name: 'send_mail', arguments: { to: 'ann' }, side: 'resident', approval } as const
const turn = numbered(
  { type: 'turn-start', turn: 't1', conversation: 'c', model: 'm' },
  { type: 'step-start', step: 1 },
  { type: 'thinking-delta', text: 'Hm' },
  { type: 'text-delta', text: '' },
  { type: 'text-delta', text: 'Let ' },
  { type: 'text-delta', text: 'me see' },
  { type: 'call-start', ...where },
  { type: 'call-start', ...mail },
  {
    ...{ type: 'step-end', step: 1, usage: { promptTokens: 3, window: 10 }, finishReason: 'tool-calls' },
    message: {
      ...{ role: 'assistant', content: 'Let me see.', thinking: 'Hm' },
      calls: [
        { ...where, status: 'offered' },
        { ...mail, status: 'asked' },
      ],
    },
  },
  { type: 'turn-waiting', calls: ['a', 'b'] },
  { type: 'call-end', callId: 'a', status: 'answered', output: 'here', ms: 5 },
  { type: 'call-approved', callId: 'b' },
  { type: 'call-end', callId: 'b', status: 'failed', error: 'no', ms: 7 },
  { type: 'step-start', step: 2 },
  { type: 'notice', code: 'history-cut', detail: 'much' },
  { type: 'text-delta', text: 'Done' },
  {
    ...{ type: 'step-end', step: 2, usage: { promptTokens: 4, window: 12 }, finishReason: 'stop' },
    message: { role: 'assistant', content: 'Done', calls: [] },
  },
  { type: 'turn-end', status: 'completed' },
)

test('the state of a turn is what its events say', () => {
  const state = fold(turn)
  assert.deepEqual(state, {
    ...{ id: 't1', model: 'm', status: 'completed', openCalls: [], lastEvent: turn.length },
    notices: [{ code: 'history-cut', detail: 'much' }],
    connection: { state: 'connecting' },
    replies: [
      {
        ...{
          step: 1,
          text: 'Let me see.',
          thinking: 'Hm',
          complete: true,
          startedAt: 2_000,
          textAt: 5_000,
          endedAt: 9_000,
        },
        ...{ usage: { promptTokens: 3, window: 10 }, finishReason: 'tool-calls' },
        calls: [
          { ...where, status: 'answered', output: 'here', ms: 5, startedAt: 7_000 },
          { ...mail, status: 'failed', error: 'no', ms: 7, startedAt: 8_000 },
        ],
      },
      {
        ...{
          step: 2,
          text: 'Done',
          thinking: '',
          complete: true,
          startedAt: 14_000,
          textAt: 16_000,
          endedAt: 17_000,
          calls: [],
        },
        ...{ usage: { promptTokens: 4, window: 12 }, finishReason: 'stop' },
      },
    ],
  })
  const { text, usage, status } = resultOf(state)
  assert.deepEqual(
    { text, usage, status },
    { text: 'Done', usage: { promptTokens: 7, window: 12 }, status: 'completed' },
  )
})

test('calls are asked, offered or running until they end', () => {
  const at = (count: number) => fold(turn.slice(0, count))
  const statuses = (state: TurnState) =>
    state.replies.flatMap(({ calls }) => calls.map(({ status }) => status))
  assert.deepEqual(statuses(at(8)), ['offered', 'asked'])
  assert.deepEqual(at(10).openCalls, ['a', 'b'])
  assert.equal(at(10).status, 'waiting')
  assert.deepEqual(statuses(at(12)), ['answered', 'running'])
  assert.deepEqual(at(12).openCalls, ['b'])
})

test('events that come again, and events after the end, change nothing', () => {
  let state = newTurn
  for (const [index, event] of turn.entries()) {
    state = foldEvent(state, event)
    for (const earlier of turn.slice(0, index + 1)) assert.equal(foldEvent(state, earlier), state)
  }
  assert.equal(foldEvent(state, { type: 'text-delta', text: 'x', number: 99, at: 0 }), state)
})

test('an event of a later version changes nothing but the number of the last event', () => {
  const state = foldEvent(newTurn, { type: 'thunder', number: 1, at: 0 } as unknown as ClientEvent)
  assert.deepEqual(state, { ...newTurn, lastEvent: 1 })
})

test('what an event does not touch stays the same object', () => {
  const before = fold(turn.slice(0, 15))
  const after = fold(turn.slice(15, 16), before)
  assert.equal(after.replies[0], before.replies[0])
  assert.equal(after.openCalls, before.openCalls)
  assert.notEqual(after.replies[1], before.replies[1])
})

test('a step that is told again as a whole, after its deltas, is there once', () => {
  const again = { ...turn[8], number: 7 } as ClientEvent
  const state = fold([...turn.slice(0, 6), again])
  assert.deepEqual(
    state.replies.map(({ text, calls }) => [text, calls.length]),
    [['Let me see.', 2]],
  )
})

test('calls that are open where a turn ends are closed with it', () => {
  const end: ClientEvent = { type: 'turn-end', status: 'interrupted', number: 13, at: 0 }
  const [reply] = fold(
    [...turn.slice(0, 10), turn[11] as ClientEvent]
      .map((event, index) => ({ ...event, number: index + 1 }) as ClientEvent)
      .concat(end),
  ).replies
  assert.deepEqual(
    reply?.calls.map(({ status }) => status),
    ['cancelled', 'interrupted'],
  )
})

test('a request that waits has its place in the queue until its turn begins', () => {
  const state = fold([{ type: 'queued', position: 2, at: 0 }])
  assert.deepEqual([state.status, state.position], ['queued', 2])
  const begun = fold(turn.slice(0, 1), state)
  assert.deepEqual([begun.status, 'position' in begun], ['running', false])
})
