import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { wellFormedTexts } from '../../test/support/arbitraries/texts.ts'
import { type EventChunk, endsTurn, eventRecord, eventsOf, nextNumber } from './event-chunk.ts'
import type { TurnEvent } from './events.ts'

const call = { id: 'c', index: 0, name: 'f', arguments: { a: 1 }, side: 'device', status: 'offered' } as const

/** One event of each type, with its data in the native dialect. */
const examples: [TurnEvent, object][] = [
  [
    { type: 'turn-start', turn: 't', conversation: 'talk', model: 'm' },
    { turn: 't', conversation: 'talk', model: 'm' },
  ],
  [{ type: 'step-start', step: 1 }, { step: 1 }],
  [{ type: 'text-delta', text: 'Hi' }, { text: 'Hi' }],
  [{ type: 'thinking-delta', text: 'Hm' }, { text: 'Hm' }],
  [
    { type: 'logprobs', logprobs: [{ token: 'Hi', logprob: -0.5, bytes: [72, 105] }] },
    { logprobs: [{ token: 'Hi', logprob: -0.5, bytes: [72, 105] }] },
  ],
  [
    {
      ...{ type: 'call-start', callId: 'c', name: 'f', arguments: { a: 1 } },
      ...{ side: 'device', offered: true },
    },
    { callId: 'c', name: 'f', arguments: { a: 1 }, side: 'device' },
  ],
  [
    {
      ...{ type: 'call-start', callId: 'c', name: 'f', arguments: { a: 1 } },
      ...{ side: 'device', offered: true, repairs: [{ code: 'type', detail: 'it was a text' }] },
    },
    {
      ...{ callId: 'c', name: 'f', arguments: { a: 1 }, side: 'device' },
      repairs: [{ code: 'type', detail: 'it was a text' }],
    },
  ],
  [
    { type: 'call-end', callId: 'c', status: 'answered', output: 'here', ms: 1.6 },
    { callId: 'c', status: 'answered', output: 'here', ms: 2 },
  ],
  [
    { type: 'call-end', callId: 'c', status: 'failed', output: 'no', ms: 0 },
    { callId: 'c', status: 'failed', error: 'no', ms: 0 },
  ],
  [
    { type: 'call-end', callId: 'c', status: 'interrupted', ms: 0 },
    { callId: 'c', status: 'interrupted', ms: 0 },
  ],
  [
    {
      ...{ type: 'step-end', step: 1, usage: { outputTokens: 3 }, finishReason: 'tool-calls' },
      message: { role: 'assistant', content: 'Hi', calls: [call] },
    },
    {
      step: 1,
      message: {
        ...{ role: 'assistant', content: 'Hi' },
        calls: [{ callId: 'c', name: 'f', arguments: { a: 1 }, side: 'device', status: 'offered' }],
      },
      usage: { outputTokens: 3 },
      finishReason: 'tool-calls',
    },
  ],
  [{ type: 'turn-waiting', calls: ['c'] }, { calls: ['c'] }],
  [
    { type: 'notice', code: 'history-cut', detail: 'Cut.' },
    { code: 'history-cut', detail: 'Cut.' },
  ],
  [
    { type: 'turn-end', status: 'failed', error: { code: 'engine-cut', detail: 'Cut.' } },
    { status: 'failed', error: { code: 'engine-cut', detail: 'Cut.' } },
  ],
]

function chunkOf(first: number, events: readonly TurnEvent[]): EventChunk {
  return { first, count: events.length, records: events.map(eventRecord).join('') }
}

test('the record of every type of event has exactly the data of the native dialect', () => {
  for (const [event, data] of examples) {
    const [decoded] = eventsOf(chunkOf(1, [event]))
    assert.equal(decoded?.name, event.type)
    assert.deepEqual(JSON.parse(decoded?.data ?? ''), data)
  }
})

test('events with any text are decoded from a chunk as they were encoded, from any number on', () => {
  const delta = wellFormedTexts().map((text): TurnEvent => ({ type: 'text-delta', text }))
  fc.assert(
    fc.property(fc.array(delta, { minLength: 1 }), fc.nat(1_000), fc.nat(40), (events, before, skip) => {
      const chunk = chunkOf(before + 1, events)
      const decoded = eventsOf(chunk, chunk.first + skip)
      assert.deepEqual(
        decoded.map(({ number, data }) => [number, JSON.parse(data)]),
        events
          .map((event, index) => [chunk.first + index, { text: 'text' in event && event.text }])
          .slice(skip),
      )
      assert.equal(nextNumber(chunk), before + 1 + events.length)
      assert.ok(!chunk.records.includes('\0') && chunk.records.isWellFormed())
    }),
  )
})

test('a chunk ends its turn where its last record is turn-end, whatever texts contain', () => {
  const end: TurnEvent = { type: 'turn-end', status: 'completed' }
  const delta: TurnEvent = { type: 'text-delta', text: '\nturn-end {' }
  assert.deepEqual(
    [[delta, end], [end], [delta], [end, delta]].map((events) => endsTurn(chunkOf(1, events))),
    [true, true, false, false],
  )
})
