import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NativeWorld, openNative } from '../../../../test/support/native-http/native-world.ts'
import { noId } from '../../../../test/support/native-http/scripted-turns.ts'
import type { CallStatus } from '../../../protocol/call.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'

type Stored = StoredTurn['calls'][number]

function asked(id: string, known: Partial<Stored> = {}): Stored {
  const call = { id, seq: 2, index: 0, name: 'send_mail', arguments: {}, ms: undefined }
  const approval = { hash: `hash of ${id}`, source: 'builtin' }
  return { ...call, approval, side: 'resident', status: 'asked', ...known }
}

function decision(callId: string, given: object = {}) {
  return { callId, hash: `hash of ${callId}`, decision: 'approve', ...given }
}

async function post(world: NativeWorld, turn: string, ...approvals: object[]) {
  const { status, body } = await world.ask('POST', `/turns/${turn}/approvals`, { approvals })
  return [status, body.code ?? body.id, body.detail]
}

test('an asked call is shown with what has to be approved', async (t) => {
  const world = openNative(t)
  const { id } = world.directory.addTurn({ status: 'waiting', calls: [asked('a')] })
  const { body } = await world.ask('GET', `/turns/${id}`)
  const approval = { hash: 'hash of a', source: 'builtin' }
  const call = { callId: 'a', name: 'send_mail', arguments: {}, side: 'resident', approval, status: 'asked' }
  assert.deepEqual(body.calls, [call])
})

test('approvals are stored together: resident calls run, device calls are offered, denied ones have a result for the model', async (t) => {
  const world = openNative(t)
  const calls = [
    asked('a'),
    asked('b', { index: 1, side: 'device' }),
    asked('c', { index: 2 }),
    asked('d', { index: 3 }),
  ]
  const { id } = world.directory.addTurn({ status: 'waiting', calls })
  const given = [
    decision('a', { always: true }),
    decision('b'),
    decision('c', { decision: 'deny' }),
    decision('d', { decision: 'deny', reason: 'Not Ann.' }),
  ]
  assert.deepEqual(await post(world, id, ...given), [200, id, undefined])
  const at = (index: number) => ({ seq: 2, index })
  assert.deepEqual(world.turns.stored, [
    {
      turn: id,
      results: [
        { ...at(0), status: 'running' },
        { ...at(1), status: 'offered' },
        { ...at(2), status: 'denied', output: 'The user denied this call.' },
        { ...at(3), status: 'denied', output: 'The user denied this call: Not Ann.' },
      ],
      approvedTools: ['send_mail builtin'],
    },
  ])
})

test('the same decision again changes nothing, and another one is a conflict', async (t) => {
  const world = openNative(t)
  const again = async (status: CallStatus, output: string | undefined, given: object) => {
    const call = asked('a', { status, ...(output !== undefined && { output }) })
    const { id } = world.directory.addTurn({ status: 'completed', calls: [call] })
    return (await post(world, id, decision('a', given)))[0]
  }
  const deny = { decision: 'deny' }
  for (const status of [
    'running',
    'succeeded',
    'failed',
    'timed-out',
    'interrupted',
    'offered',
    'answered',
  ] as const)
    assert.deepEqual([await again(status, 'x', {}), await again(status, 'x', deny)], [200, 409], status)
  assert.equal(await again('denied', 'The user denied this call.', deny), 200)
  assert.equal(await again('denied', 'The user denied this call: Why.', { ...deny, reason: 'Why.' }), 200)
  assert.equal(await again('denied', 'The user denied this call: Why.', deny), 409)
  assert.equal(await again('denied', 'The user denied this call.', {}), 409)
  assert.deepEqual(world.turns.stored, [])
  // What is new of it is not lost.
  assert.equal(await again('succeeded', 'x', { always: true }), 200)
  assert.deepEqual(
    world.turns.stored.map(({ results, approvedTools }) => [results, approvedTools]),
    [[[], ['send_mail builtin']]],
  )
})

test('an approval that does not fit is refused in words, and nothing of its request is stored', async (t) => {
  const world = openNative(t)
  const { approval: _, ...ordinary } = asked('d', { side: 'device', status: 'offered' })
  const calls = [
    asked('g'),
    asked('a'),
    asked('b', { status: 'expired' }),
    asked('c', { status: 'superseded' }),
    ordinary,
  ]
  const { id } = world.directory.addTurn({ status: 'waiting', calls })
  const good = decision('g')
  const cases: [object, number, string, RegExp][] = [
    [decision('a', { hash: 'hash of b' }), 409, 'approval-conflict', /"a" has another hash/],
    [decision('b'), 410, 'call-closed', /"b" is closed: it is expired/],
    [decision('c'), 410, 'call-closed', /"c" is closed: it is superseded/],
    [decision('d'), 404, 'unknown-call', /Nobody was asked about a call "d"/],
    [decision('e'), 404, 'unknown-call', /Nobody was asked about a call "e"/],
    [decision('a', { decision: 'maybe' }), 422, 'invalid-request', /approvals\.\d\.decision/],
    [decision('a', { always: true, decision: 'deny' }), 422, 'invalid-request', /approvals\.1\.always/],
    [decision('a', { reason: 'So.' }), 422, 'invalid-request', /approvals\.1\.reason/],
    [good, 422, 'invalid-request', /"g" has two approvals/],
  ]
  for (const [wrong, status, code, words] of cases) {
    const [gotStatus, gotCode, detail] = await post(world, id, good, wrong)
    assert.deepEqual([gotStatus, gotCode], [status, code], JSON.stringify(wrong))
    assert.match(String(detail), words)
  }
  assert.deepEqual((await post(world, noId, good)).slice(0, 2), [404, 'not-found'])
  const ended = world.directory.addTurn({ status: 'failed', calls: [asked('a')] })
  assert.deepEqual(await post(world, ended.id, decision('a')), [
    410,
    'call-closed',
    'The call "a" is closed: its turn has ended.',
  ])
  assert.deepEqual(world.turns.stored, [])
})

test('where another decision comes first, the call is looked at again', async (t) => {
  const world = openNative(t)
  const { id } = world.directory.addTurn({ status: 'waiting', calls: [asked('a')] })
  world.turns.outcomes = ['conflict', 'recorded']
  assert.deepEqual(await post(world, id, decision('a')), [200, id, undefined])
  assert.equal(world.turns.stored.length, 2)
})

test('a device has to wait for the approval before it sends a result', async (t) => {
  const world = openNative(t)
  const { id } = world.directory.addTurn({ status: 'waiting', calls: [asked('a', { side: 'device' })] })
  const results = { results: [{ callId: 'a', output: 1 }] }
  const { status, body } = await world.ask('POST', `/turns/${id}/results`, results)
  assert.deepEqual(
    [status, body.code, body.detail],
    [409, 'no-open-call', 'The call "a" is not approved yet.'],
  )
})
