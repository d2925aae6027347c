import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { logs } from '../../test/support/arbitraries/logs.ts'
import type { Call, CallSide, CallStatus } from '../protocol/call.ts'
import { isOpen } from '../protocol/call.ts'
import { nextAction } from './next-action.ts'
import type { TurnState } from './ports/turn-state.ts'

const limits = { maxSteps: 3 }

function stateWith(step: number, calls?: Call[]): TurnState {
  const message = { turn: 't', complete: true, calls: [] }
  const asked = { ...message, seq: 1, role: 'user' as const, content: 'Hello?' }
  const reply = { ...message, seq: 2, role: 'assistant' as const, content: '', calls: calls ?? [] }
  return {
    ...{
      id: 't',
      conversation: { tenant: '', name: 'talk' },
      status: 'running',
      step,
      pinned: 0,
      promptFrom: 1,
    },
    request: { model: 'm', stream: true, offerTools: true, settings: {} },
    log: calls ? [asked, reply] : [asked],
    ...{ run: 1, deviceTools: [], approvedTools: [], lastEvent: 1, results: [] },
  }
}

function call(index: number, side: CallSide, status: CallStatus): Call {
  return { id: `c${index}`, index, name: 'f', arguments: {}, side, status }
}

test('a turn without a reply prompts the model', () => {
  assert.deepEqual(nextAction(stateWith(0), limits), { do: 'prompt' })
})

test("a reply in a client's history is not one of this turn", () => {
  assert.deepEqual(nextAction(stateWith(0, [call(0, 'device', 'superseded')]), limits), { do: 'prompt' })
})

test('a reply without calls completes the turn, also at the last step', () => {
  const completed = { do: 'end', ending: { status: 'completed' } }
  assert.deepEqual(nextAction(stateWith(1, []), limits), completed)
  assert.deepEqual(nextAction(stateWith(3, []), limits), completed)
})

test('resident calls are run before the device is waited for', () => {
  const calls = [call(0, 'device', 'offered'), call(1, 'resident', 'running'), call(2, 'resident', 'failed')]
  assert.deepEqual(nextAction(stateWith(1, calls), limits), { do: 'run-calls', calls: [calls[1]] })
})

test('open device calls are waited for, also at the last step', () => {
  const calls = [call(0, 'device', 'offered'), call(1, 'resident', 'succeeded')]
  for (const step of [1, 3]) assert.deepEqual(nextAction(stateWith(step, calls), limits), { do: 'wait' })
})

test('when all calls have ended, however they did, the model is prompted again', () => {
  const ended = [
    'succeeded',
    'failed',
    'timed-out',
    'interrupted',
    'answered',
    'expired',
    'cancelled',
  ] as const
  for (const status of ended)
    assert.deepEqual(nextAction(stateWith(2, [call(0, 'device', status)]), limits), { do: 'prompt' })
})

test('after the last step the turn fails, with a message that names the setting', () => {
  const next = nextAction(stateWith(3, [call(0, 'resident', 'succeeded')]), limits)
  assert.ok(next.do === 'end' && next.ending.status === 'failed')
  assert.equal(next.ending.error?.code, 'step-limit')
  assert.match(next.ending.error.detail, /after 3 steps \(setting CHATTERD_MAX_STEPS\)/)
})

test('a turn never prompts while a call of its reply is open, nor past its steps', () => {
  fc.assert(
    fc.property(logs, fc.nat(4), ({ log, pinned }, step) => {
      const last = log.at(-1)
      const state = { ...stateWith(step), log, pinned, id: last?.turn ?? 't' }
      const next = nextAction(state, limits)
      const answered = step > 0 && last?.role === 'assistant'
      if (next.do === 'prompt' && answered) {
        assert.ok(last.calls.length > 0 && !last.calls.some(isOpen) && step < limits.maxSteps)
      }
      if (next.do === 'end') assert.ok(answered && !last.calls.some(isOpen))
      if (next.do === 'run-calls') assert.ok(next.calls.length > 0 && next.calls.every(isOpen))
      if (next.do === 'wait') assert.ok(last?.calls.some(isOpen))
    }),
    { numRuns: 300, seed: 1 },
  )
})
