import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallData, CallStatus } from '../../client/types.ts'
import { decisionOf, durationOf, failureOf, markOf, wordOf } from './call-words.ts'

const call = (status: CallStatus, more: Partial<CallData> = {}): CallData => ({
  callId: 'call_1',
  name: 'get_weather',
  arguments: {},
  side: 'resident',
  status,
  ...more,
})
const approval = { hash: '', source: 'builtin' }

test('each state of a call has a mark and a word', () => {
  const all: [CallStatus, string, string][] = [
    ['asked', 'asked', 'needs your approval'],
    ['denied', 'stopped', 'denied'],
    ['running', 'running', 'running'],
    ['offered', 'running', 'running'],
    ['succeeded', 'done', 'done'],
    ['answered', 'done', 'done'],
    ['failed', 'failed', 'failed'],
    ['timed-out', 'failed', 'timed out'],
    ['interrupted', 'failed', 'interrupted'],
    ['expired', 'stopped', 'expired'],
    ['superseded', 'stopped', 'replaced by a new prompt'],
    ['cancelled', 'stopped', 'cancelled'],
  ]
  for (const [status, mark, word] of all)
    assert.deepEqual([markOf(call(status)), wordOf(call(status))], [mark, word])
})

test('a device that answers with an error has failed, and the model was told so', () => {
  const answered = call('answered', { error: 'no', output: 'Error: no' })
  assert.deepEqual(
    [markOf(answered), wordOf(answered), failureOf(answered)],
    ['failed', 'failed', 'Error: no'],
  )
  assert.equal(failureOf(call('succeeded', { output: 'fine' })), undefined)
  assert.equal(failureOf(call('running')), undefined)
})

test('only a call that somebody was asked about says what was decided, and only where that is sure', () => {
  assert.equal(decisionOf(call('succeeded')), undefined)
  assert.equal(decisionOf(call('running', { approval })), 'approved')
  assert.equal(decisionOf(call('failed', { approval })), 'approved')
  assert.equal(decisionOf(call('denied', { approval })), 'denied')
  for (const status of ['asked', 'expired', 'superseded', 'cancelled'] as const)
    assert.equal(decisionOf(call(status, { approval })), undefined)
})

test('a duration has the unit in which it is short', () => {
  const all: [number, string][] = [
    [0, '0 ms'],
    [12.4, '12 ms'],
    [812, '0.8 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [59_400, '59 s'],
    [59_900, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [3_780_000, '1 h 3 min'],
  ]
  for (const [ms, text] of all) assert.equal(durationOf(ms), text)
})
