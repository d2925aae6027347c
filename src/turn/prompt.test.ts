import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type ArbitraryLog,
  endedLogs,
  logs,
  possibleTruncations,
} from '../../test/support/arbitraries/logs.ts'
import type { Call, CallStatus } from '../protocol/call.ts'
import type { LogMessage } from '../protocol/message.ts'
import type { PromptMessage } from './ports/engine.ts'
import { prompt } from './prompt.ts'

const runs = { numRuns: 500, seed: 1 }

/** A log, where it is truncated, and how many of its messages are there. */
function withTruncation(from: fc.Arbitrary<ArbitraryLog>) {
  return from.chain((one) =>
    fc.record({
      one: fc.constant(one),
      from: fc.constantFrom(...possibleTruncations(one)),
      length: fc.nat(one.log.length),
    }),
  )
}

/** Every call is followed by its result, in call order, and there is no result without a call. */
function assertWellFormed(messages: readonly PromptMessage[]): void {
  const expected: string[] = []
  for (const message of messages) {
    if (message.role === 'tool') {
      assert.equal(`${message.tool_call_id} ${message.tool_name}`, expected.shift())
      assert.equal(typeof message.content, 'string')
      continue
    }
    assert.equal(expected.length, 0, 'a call has no result')
    for (const asked of message.tool_calls ?? []) expected.push(`${asked.id} ${asked.function.name}`)
  }
  assert.equal(expected.length, 0, 'a call has no result')
}

test('any beginning of any log, truncated at any turn, makes a well-formed prompt', () => {
  fc.assert(
    fc.property(withTruncation(logs), ({ one, from, length }) => {
      assertWellFormed(prompt({ ...one, promptFrom: from, log: one.log.slice(0, length) }))
    }),
    runs,
  )
})

test('any end of any log makes a well-formed prompt: a message carries its calls with their results', () => {
  fc.assert(
    fc.property(logs, fc.nat(20), ({ log, pinned }, from) => {
      const messages = prompt({ log, pinned, promptFrom: from })
      assertWellFormed(messages)
      if (from <= pinned) assert.deepEqual(messages, prompt({ log, pinned, promptFrom: pinned + 1 }))
    }),
    runs,
  )
})

test('the pinned messages come first, wherever the log is truncated', () => {
  fc.assert(
    fc.property(withTruncation(logs), ({ one: { log, pinned }, from }) => {
      const messages = prompt({ log, pinned, promptFrom: from }).slice(0, pinned)
      assert.deepEqual(
        messages,
        log.slice(0, pinned).map(({ content }) => ({ role: 'system', content })),
      )
    }),
    runs,
  )
})

test('the prompt of a longer log begins with the bytes of the shorter one', () => {
  fc.assert(
    fc.property(withTruncation(endedLogs), ({ one, from, length }) => {
      const whole = JSON.stringify(prompt({ ...one, promptFrom: from }))
      // While it is no longer than the pinned messages, the note about the truncation is where the log would go on.
      const shorter = JSON.stringify(
        prompt({ ...one, promptFrom: from, log: one.log.slice(0, Math.max(length, one.pinned)) }),
      )
      assert.ok(whole.startsWith(shorter === '[]' ? '[' : shorter.slice(0, -1)))
    }),
    runs,
  )
})

test('the same log makes the same bytes', () => {
  fc.assert(
    fc.property(withTruncation(logs), ({ one, from }) => {
      const copy = structuredClone({ ...one, promptFrom: from })
      assert.equal(JSON.stringify(prompt({ ...one, promptFrom: from })), JSON.stringify(prompt(copy)))
    }),
    runs,
  )
})

function promptWith(status: CallStatus, output?: string): string | undefined {
  const call: Call = { id: 'c', index: 0, name: 'f', arguments: {}, side: 'device', status }
  const calls = [output === undefined ? call : { ...call, output }]
  const message: LogMessage = { seq: 1, role: 'assistant', content: '', turn: 't', complete: true, calls }
  return prompt({ log: [message], pinned: 0, promptFrom: 1 }).at(-1)?.content
}

test('the model reads the outputs of calls, and a message where there is none', () => {
  for (const status of ['succeeded', 'failed', 'timed-out', 'answered'] as const)
    assert.equal(promptWith(status, 'the output'), 'the output')
  assert.equal(promptWith('answered', ''), '')
  for (const status of ['expired', 'superseded', 'cancelled', 'interrupted'] as const)
    assert.match(promptWith(status) ?? '', /^No result: /)
})

test('a result that came too late does not change the prompt', () => {
  for (const status of ['superseded', 'cancelled', 'interrupted'] as const)
    assert.equal(promptWith(status, 'late'), promptWith(status))
})

test('a note says that messages are left out, after the pinned ones', () => {
  const message = { role: 'user' as const, complete: true, calls: [] }
  const log: LogMessage[] = [
    { ...message, seq: 1, role: 'system', content: 'Be brief.', turn: null },
    { ...message, seq: 2, content: 'first', turn: 'a' },
    { ...message, seq: 3, content: 'second', turn: 'b' },
  ]
  const roles = (from: number) =>
    prompt({ log, pinned: 1, promptFrom: from }).map(({ role, content }) => `${role}: ${content}`)
  assert.deepEqual(roles(2), ['system: Be brief.', 'user: first', 'user: second'])
  assert.deepEqual(roles(3), [
    'system: Be brief.',
    'system: The earlier part of this conversation was left out, because it no longer fits the context.',
    'user: second',
  ])
})

test('thinking and images go back to the model as they came', () => {
  const log: LogMessage[] = [
    {
      seq: 1,
      role: 'user',
      content: 'What is this?',
      images: ['aGk='],
      turn: 't',
      complete: true,
      calls: [],
    },
    { seq: 2, role: 'assistant', content: 'A cat.', thinking: 'Ears…', turn: 't', complete: true, calls: [] },
  ]
  assert.deepEqual(prompt({ log, pinned: 0, promptFrom: 1 }), [
    { role: 'user', content: 'What is this?', images: ['aGk='] },
    { role: 'assistant', content: 'A cat.', thinking: 'Ears…' },
  ])
})
