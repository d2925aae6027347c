import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Call } from '../../../protocol/call.ts'
import { eventRecord, eventsOf, type JournalEvent } from '../../../protocol/event-chunk.ts'
import type { TurnEvent } from '../../../protocol/events.ts'
import { createJournalEncoder } from './encode-journal.ts'

const head = { model: 'm', createdAt: new Date('2026-11-23T00:00:00Z') }
const call = { index: 0, name: 'locate', arguments: {}, side: 'device' } as const
const token = { token: 'Hi.', logprob: -0.5, bytes: [72, 105, 46] }
const usage = { promptTokens: 7, outputTokens: 3, promptMs: 2, outputMs: 1.5 }

function journaled(...events: TurnEvent[]): JournalEvent[] {
  return eventsOf({ first: 1, count: events.length, records: events.map(eventRecord).join('') })
}

function delta(type: 'text-delta' | 'thinking-delta', text: string): TurnEvent {
  return { type, text }
}

function stepEnd(calls: Call[] = []): TurnEvent {
  const message = { role: 'assistant' as const, content: 'Hi.', calls }
  return { type: 'step-end', step: 1, message, usage, finishReason: 'stop' }
}

/** The names of the sent events with their data. */
function lines(text: string): [event: string, line: Record<string, unknown>][] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((frame) => {
      const [, event = 'message', data = ''] = /^(?:event: (.*)\n)?data: (.*)$/.exec(frame) ?? []
      return [event, JSON.parse(data) as Record<string, unknown>]
    })
}

test("events of the journal are sent as lines in the engine's form", () => {
  const encoder = createJournalEncoder(head)
  const events = journaled(
    { type: 'turn-start', turn: 't', conversation: 'c', model: 'm' },
    { type: 'step-start', step: 1 },
    delta('thinking-delta', 'Well'),
    delta('text-delta', 'Hi.'),
    { type: 'logprobs', logprobs: [{ ...token, topLogprobs: [token] }] },
    stepEnd(),
    { type: 'turn-end', status: 'completed' },
  )
  const sent = lines(encoder.encode(events))
  assert.deepEqual(
    sent.map(([event, { message, done }]) => [event, message, done]),
    [
      ['message', { role: 'assistant', content: '', thinking: 'Well' }, false],
      ['message', { role: 'assistant', content: 'Hi.' }, false],
      ['message', { role: 'assistant', content: '' }, false],
      ['message', { role: 'assistant', content: '' }, true],
    ],
  )
  assert.deepEqual(sent[2]?.[1].logprobs, [{ ...token, top_logprobs: [token] }])
  const end = sent.at(-1)?.[1]
  assert.deepEqual(
    [
      end?.done_reason,
      end?.prompt_eval_count,
      end?.eval_count,
      end?.prompt_eval_duration,
      end?.eval_duration,
    ],
    ['stop', 7, 3, 2_000_000, 1_500_000],
  )
  assert.ok(encoder.ended)
})

test('offered device calls are sent with their index, other calls are not', () => {
  const encoder = createJournalEncoder(head)
  const calls: Call[] = [
    { ...call, id: 'failed', status: 'failed' },
    { ...call, id: 'offered', index: 1, status: 'offered' },
  ]
  const events = journaled(stepEnd(calls), { type: 'turn-waiting', calls: ['offered'] })
  const [first, last] = lines(encoder.encode(events))
  assert.deepEqual(
    [first?.[0], first?.[1].message],
    [
      'tool_calls',
      {
        ...{ role: 'assistant', content: '' },
        tool_calls: [{ id: 'offered', function: { index: 1, name: 'locate', arguments: {} } }],
      },
    ],
  )
  assert.equal(last?.[1].done, true)
  assert.ok(encoder.ended)
})

test('a failed turn ends with an error, and nothing is sent after an end', () => {
  const encoder = createJournalEncoder(head)
  const error = { code: 'engine-cut', detail: 'It broke off.' } as const
  const end = journaled({ type: 'turn-end', status: 'failed', error })
  assert.deepEqual(lines(encoder.encode([...end, ...journaled(delta('text-delta', 'late'))])), [
    ['error', { error: 'It broke off.' }],
  ])
  assert.equal(encoder.encode(journaled(delta('text-delta', 'later'))), '')
})
