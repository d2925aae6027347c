import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveProcess } from '../../test/support/turns/live-process.ts'
import { call, calls, part } from '../../test/support/turns/scripted-engine.ts'
import { resident } from '../../test/support/turns/scripted-turn.ts'
import { askedCall, deviceCall } from '../../test/support/turns/store-calls.ts'
import { createToolbox } from '../tools/toolbox.ts'
import type { EndedCall } from '../turn/ports/ended-call.ts'
import { callReport } from './call-report.ts'

const done = [part({ text: 'Done.', done: true })]

test('each call that a process ends is reported once, with a hash of its arguments and not with these, nor with its result', async () => {
  const tools = [
    resident('look', () => 'the secret result'),
    resident('fail', () => {
      throw new Error('the secret reason')
    }),
  ]
  const asked = calls(
    call('Look', { city: 'secret 1' }, 'a'),
    call('fail', { city: 'secret 2' }, 'b'),
    call('unknown', { city: 'secret 3' }, 'c'),
    call('look', { city: { at: 'secret 4' } }, 'd'),
  )
  const { post, ended } = liveProcess([asked, [done]], { tools })
  await post('Do it.').ended
  const about = { conversation: 'talk', turn: 't1', side: 'resident', ms: 0 }
  const [{ hash, ...first } = assert.fail(), ...others] = ended.toSorted((a, b) => (a.call < b.call ? -1 : 1))
  assert.deepEqual(first, {
    ...{ ...about, call: 'a', tool: 'look', source: 'builtin', repairs: ['name'], status: 'succeeded' },
  })
  assert.equal(hash, createToolbox(tools).approvalOf('look', { city: 'secret 1' }).hash)
  assert.deepEqual(
    others.map(({ call, tool, source, status }) => [call, tool, source, status]),
    [
      ['b', 'fail', 'builtin', 'failed'],
      ['c', 'unknown', undefined, 'failed'],
      ['d', 'look', 'builtin', 'failed'],
    ],
  )
  assert.ok(!JSON.stringify(ended).includes('secret'))
})

test('calls that others have ended are reported by the process whose heartbeat brings them, or that empties their conversation', async () => {
  const { turns, ended, store } = liveProcess([[done]])
  const about = { conversation: 'talk', turn: 't0', isApproved: true, ms: 5.4 }
  const answered = { ...about, call: { ...deviceCall(), status: 'answered' as const } }
  turns.onHeartbeat({ adopted: [], cancelled: [], calls: [answered] })
  const cancelled = { ...about, call: { ...deviceCall(1), status: 'cancelled' as const } }
  const { reset } = store
  store.reset = async (...args) => ({ ...(await reset(...args)), calls: [cancelled] })
  await turns.reset({ tenant: '', name: 'talk' }, [])
  assert.deepEqual(
    ended.map(({ call, source, status, ms }) => [call, source, status, ms]),
    [
      ['call-0', 'device', 'answered', 5],
      ['call-1', 'device', 'cancelled', 5],
    ],
  )
})

test('a report says what a person has decided, and where a tool comes from that was removed since', () => {
  const report = (ended: Partial<EndedCall['call']>, isApproved: boolean) => {
    const call = { ...askedCall(), ...ended }
    const { source, approval, hash } = callReport(
      { conversation: 'c', turn: 't', call, isApproved, ms: 0 },
      createToolbox([]),
    )
    return [source, approval, hash]
  }
  assert.deepEqual(report({ status: 'succeeded' }, true), ['builtin', 'approved', 'hash 0'])
  assert.deepEqual(report({ status: 'denied' }, false), ['builtin', 'denied', 'hash 0'])
  assert.deepEqual(report({ status: 'expired' }, false), ['builtin', undefined, 'hash 0'])
})
