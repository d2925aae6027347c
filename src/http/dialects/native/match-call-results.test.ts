import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CallStatus } from '../../../protocol/call.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'
import { matchCallResults } from './match-call-results.ts'

type Stored = StoredTurn['calls'][number]

function call(id: string, status: CallStatus, known: Partial<Stored> = {}): Stored {
  const fields = { id, seq: 2, index: 0, name: 'get_location', arguments: {} }
  return { ...fields, side: 'device', status, ms: undefined, ...known }
}

function turnWith(calls: Stored[], status: StoredTurn['status'] = 'waiting'): StoredTurn {
  const conversation = { tenant: '', name: 'chat' }
  return { id: 't', conversation, model: 'm', status, steps: 1, calls, usage: {}, createdAt: new Date(0) }
}

test('a result answers the open call of its id, in any order', () => {
  const turn = turnWith([call('a', 'offered'), call('b', 'offered', { index: 1 })])
  const posted = [
    { callId: 'b', output: '2' },
    { callId: 'a', output: '1' },
  ]
  assert.deepEqual(matchCallResults(posted, turn), {
    outcomes: [
      { seq: 2, index: 1, status: 'answered', output: '2' },
      { seq: 2, index: 0, status: 'answered', output: '1' },
    ],
    late: [],
    refusal: undefined,
  })
})

test('a result that is stored already has no outcome, also when the turn has ended; repeated in a request it has one', () => {
  const answered = call('a', 'answered', { output: '1' })
  const again = { callId: 'a', output: '1' }
  for (const status of ['waiting', 'completed'] as const) {
    assert.deepEqual(matchCallResults([again], turnWith([answered], status)).outcomes, [])
  }
  assert.equal(matchCallResults([again, again], turnWith([call('a', 'offered')])).outcomes.length, 1)
})

test('a result for a call that the device does not have is refused, also for a resident call', () => {
  const turn = turnWith([call('a', 'running', { side: 'resident' }), call('b', 'offered')])
  for (const callId of ['a', 'c']) {
    const both = [
      { callId: 'b', output: '' },
      { callId, output: '' },
    ]
    assert.throws(() => matchCallResults(both, turn), { code: 'unknown-call' })
  }
})

test('a different result for an answered call is a conflict, and two results of one call in a request are refused', () => {
  const turn = turnWith([call('a', 'answered', { output: '1' }), call('b', 'offered')])
  assert.throws(() => matchCallResults([{ callId: 'a', output: '2' }], turn), { code: 'result-conflict' })
  const two = ['1', '2'].map((output) => ({ callId: 'b', output }))
  assert.throws(() => matchCallResults(two, turn), { code: 'invalid-request' })
})

test('a result for a closed call is refused, and one for a superseded call is to be stored', () => {
  for (const status of ['expired', 'superseded', 'cancelled', 'interrupted', 'failed'] as const) {
    const matched = matchCallResults([{ callId: 'a', output: '1' }], turnWith([call('a', status)]))
    assert.equal(matched.refusal?.code, 'call-closed')
    assert.equal(matched.refusal?.message, `The call "a" is closed: it is ${status}.`)
    assert.deepEqual(matched.outcomes, [])
    assert.equal(matched.late.length, status === 'superseded' ? 1 : 0)
  }
})

test('no call of a turn that has ended is open', () => {
  const matched = matchCallResults([{ callId: 'a', output: '1' }], turnWith([call('a', 'offered')], 'failed'))
  assert.equal(matched.refusal?.message, 'The call "a" is closed: its turn has ended.')
})
