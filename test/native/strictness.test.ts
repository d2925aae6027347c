import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { checkTurn } from '../support/clients/native/check-turn.ts'
import { compareSeen } from '../support/clients/native/compare-seen.ts'
import { SseReader } from '../support/clients/native/sse-reader.ts'
import { TurnRecord } from '../support/clients/native/turn-record.ts'

// The client of these tests is strict: here is what it refuses.

const turn = randomUUID()
type Sent = [name: string, data: object]

const start: Sent = ['turn-start', { turn, conversation: 'c', model: 'm' }]
const step: Sent = ['step-start', { step: 1 }]
const delta = (text: string): Sent => ['text-delta', { text }]
const call = { callId: 'a', name: 'n', arguments: {}, side: 'device' }
const stepEnd = (content: string, calls: object[] = []): Sent => [
  'step-end',
  { step: 1, message: { role: 'assistant', content, calls }, usage: {} },
]
const callEnd: Sent = ['call-end', { callId: 'a', status: 'answered', output: 'x', ms: 1 }]
const end = (status: string): Sent => ['turn-end', { status }]
const whole = [start, step, delta('hello '), delta('you'), stepEnd('hello you'), end('completed')]
const called = [start, step, ['call-start', call], stepEnd('', [{ ...call, status: 'offered' }])] as Sent[]

const frame = ([name, data]: Sent, number: number, id = turn) =>
  `id: ${id}:${number}\nevent: ${name}\ndata: ${JSON.stringify(data)}`

function recordOf(events: readonly Sent[]): TurnRecord {
  const record = new TurnRecord()
  for (const [index, one] of events.entries()) record.take(frame(one, index + 1))
  return record
}

function read(bytes: string): TurnRecord {
  const record = new TurnRecord()
  const reader = new SseReader({ onEvent: (raw) => record.take(raw), onComment: () => {} })
  reader.feed(Buffer.from(bytes))
  reader.end()
  return record
}

const violates = (work: () => unknown) => assert.throws(work, { name: 'Violation' })

test('a stream with a gap, a repeat, an event of another turn, or one after the last is no stream', () => {
  const good = `: hello\n\n${frame(start, 1)}\n\n`
  assert.equal(read(good).last, 1)
  for (const more of [frame(step, 3), frame(start, 1), frame(step, 2, randomUUID())])
    violates(() => read(`${good}${more}\n\n`))
  violates(() => read(`${good}${frame(end('completed'), 2)}\n\n${frame(step, 3)}\n\n`))
})

test('a stream with half an event, an unknown one, or other line ends is no stream', () => {
  violates(() => read(frame(start, 1)))
  violates(() => read(`${frame(['surprise', {}], 1)}\n\n`))
  violates(() => read(`${frame(start, 1).replace('\n', '\r\n')}\n\n`))
  violates(() => read(`${frame(start, 1)}\nretry: 1\n\n`))
})

test('a turn begins once, ends once, and each of its steps ends with the text of its deltas', () => {
  checkTurn(recordOf(whole).events)
  violates(() => checkTurn(recordOf(whole.slice(0, -1)).events))
  violates(() => checkTurn(recordOf(whole.slice(1)).events))
  violates(() => checkTurn(recordOf([...whole.slice(0, 4), stepEnd('hello'), end('completed')]).events))
  violates(() => checkTurn(recordOf([start, step, step, end('completed')]).events))
})

test('every call of a turn ends, and once', () => {
  checkTurn(recordOf([...called, callEnd, end('completed')]).events)
  violates(() => checkTurn(recordOf([...called, end('completed')]).events))
  violates(() => checkTurn(recordOf([...called, callEnd, callEnd, end('completed')]).events))
  violates(() => checkTurn(recordOf([start, callEnd, end('completed')]).events))
})

test('events that were seen are sent again in the same bytes', () => {
  const events = recordOf(whole).events
  compareSeen(events, events)
  compareSeen(events.slice(2, 4), events)
  violates(() => compareSeen(recordOf([start, step, delta('hullo ')]).events, events))
  violates(() => compareSeen(events, events.slice(0, -1)))
})

test('fillers replace what a lost process may have published: as many as it may have been, once, and nothing but ends after them', () => {
  const unjournaled = 3
  const fillers = Array.from({ length: unjournaled }, () => delta(''))
  const lost = [start, step, delta('hello '), ...fillers, end('interrupted')]
  const compare = (seen: Sent[], now: Sent[]) =>
    compareSeen(recordOf(seen).events, recordOf(now).events, unjournaled)
  const seen = [start, step, delta('hello '), delta('y'), delta('ou')]
  compare(seen, lost)
  // It had seen the end of a step, which is stored before it is published; or of the turn.
  violates(() => compare([start, step, delta('hello '), end('completed')], lost))
  violates(() => compare([start, step, delta('hello '), stepEnd('hello ')], lost))
  violates(() => compare([start, step, delta('hullo ')], lost))
  violates(() => compare(seen, [start, step, delta('hello '), ...fillers.slice(1), end('interrupted')]))
  violates(() => compare(seen, [...lost.slice(0, -1), delta('you'), end('interrupted')]))
  violates(() => compare(seen, [...lost.slice(0, -1), end('completed')]))
  violates(() =>
    compare(seen, [start, step, delta('hello '), delta(''), delta('x'), delta(''), end('interrupted')]),
  )
})
