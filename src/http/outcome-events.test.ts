import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../protocol/call.ts'
import type { LogMessage } from '../protocol/message.ts'
import type { StoredOutcome } from '../turn/ports/conversation-directory.ts'
import { outcomeEvents } from './outcome-events.ts'

const call: Call = {
  ...{ id: 'c', index: 0, name: 'get_weather', arguments: { lat: 1 } },
  ...{ side: 'resident', status: 'succeeded', output: '51ºF' },
}

function reply(seq: number, known: Partial<LogMessage>): LogMessage {
  return { seq, role: 'assistant', content: '', turn: 't', complete: true, calls: [], ...known }
}

const ended: StoredOutcome = {
  id: 't',
  conversation: { tenant: '', name: 'chat' },
  model: 'm',
  status: 'completed',
  steps: 2,
  calls: [{ ...call, seq: 2, ms: 12.4 }],
  usage: { outputTokens: 3 },
  createdAt: new Date(0),
  replies: [
    reply(2, { thinking: 'Hm.', calls: [call], usage: { outputTokens: 1 }, finishReason: 'tool-calls' }),
    reply(3, { content: 'Mild.', usage: { outputTokens: 2 }, finishReason: 'length' }),
  ],
}

const eventsOf = (outcome: StoredOutcome, after = 0) =>
  outcomeEvents(outcome, after).map(({ number, name, data }) => [number, name, JSON.parse(data)])

test('a turn is rebuilt from its replies, calls, results and end', () => {
  const called = { callId: 'c', name: 'get_weather', arguments: { lat: 1 }, side: 'resident' }
  const stored = { ...called, status: 'succeeded', output: '51ºF' }
  assert.deepEqual(eventsOf(ended), [
    [1, 'turn-start', { turn: 't', conversation: 'chat', model: 'm' }],
    [2, 'step-start', { step: 1 }],
    [3, 'thinking-delta', { text: 'Hm.' }],
    [4, 'call-start', called],
    [
      5,
      'step-end',
      {
        step: 1,
        message: { role: 'assistant', content: '', thinking: 'Hm.', calls: [stored] },
        usage: { outputTokens: 1 },
        finishReason: 'tool-calls',
      },
    ],
    [6, 'call-end', { callId: 'c', status: 'succeeded', output: '51ºF', ms: 12 }],
    [7, 'step-start', { step: 2 }],
    [8, 'text-delta', { text: 'Mild.' }],
    [
      9,
      'step-end',
      {
        step: 2,
        message: { role: 'assistant', content: 'Mild.', calls: [] },
        usage: { outputTokens: 2 },
        finishReason: 'length',
      },
    ],
    [10, 'turn-end', { status: 'completed' }],
  ])
})

test('a client that has some events gets step-end of each step and turn-end, numbered from there [pruned]', () => {
  const rest = eventsOf(ended, 40).map(([number, name]) => [number, name])
  assert.deepEqual(rest, [
    [41, 'step-end'],
    [42, 'step-end'],
    [43, 'turn-end'],
  ])
})

test('an incomplete reply has text and no step-end, and turn-end has the error', () => {
  const error = { code: 'turn-lost' as const, detail: 'Gone.' }
  const incomplete = { ...ended, replies: [reply(2, { content: 'It is', complete: false })], calls: [] }
  assert.deepEqual(eventsOf({ ...incomplete, status: 'interrupted', error }).slice(1), [
    [2, 'step-start', { step: 1 }],
    [3, 'text-delta', { text: 'It is' }],
    [4, 'turn-end', { status: 'interrupted', error }],
  ])
})

test('an active turn has no events of an outcome', () => {
  for (const status of ['running', 'waiting'] as const) assert.deepEqual(eventsOf({ ...ended, status }), [])
})
