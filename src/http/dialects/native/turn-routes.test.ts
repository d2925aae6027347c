import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NativeWorld, openNative } from '../../../../test/support/native-http/native-world.ts'
import { noId } from '../../../../test/support/native-http/scripted-turns.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'

type Stored = StoredTurn['calls'][number]

function offered(id: string, known: Partial<Stored> = {}): Stored {
  const call = { id, seq: 2, index: 0, name: 'get_location', arguments: {}, ms: undefined }
  return { ...call, side: 'device', status: 'offered', ...known }
}

function waiting({ directory }: NativeWorld, ...calls: Stored[]) {
  return directory.addTurn({ status: 'waiting', calls })
}

test('a turn is read with its calls and their results', async (t) => {
  const world = openNative(t)
  const calls = [
    offered('a', { status: 'answered', output: '{"lat":1}', ms: 7.6 }),
    offered('b', { status: 'expired', output: 'No result.' }),
    offered('c'),
  ]
  const error = { code: 'engine-cut' as const, detail: 'It broke off.' }
  const { id } = world.directory.addTurn({
    ...{ calls, error, status: 'failed', steps: 1, usage: { promptTokens: 5, promptMs: 1.5 } },
    endedAt: new Date('2026-01-02T03:04:06Z'),
  })
  const { status, body } = await world.ask('GET', `/turns/${id.toUpperCase()}`)
  assert.equal(status, 200)
  const call = { name: 'get_location', arguments: {}, side: 'device' }
  assert.deepEqual(body, {
    ...{ id, conversation: 'chat', model: 'demo', status: 'failed', steps: 1 },
    calls: [
      { callId: 'a', ...call, status: 'answered', output: '{"lat":1}', ms: 8 },
      { callId: 'b', ...call, status: 'expired', error: 'No result.' },
      { callId: 'c', ...call, status: 'offered' },
    ],
    usage: { promptTokens: 5, promptMs: 1.5 },
    error,
    createdAt: '2026-01-02T03:04:05.678Z',
    endedAt: '2026-01-02T03:04:06.000Z',
  })
})

test('every route of a turn that does not exist is 404', async (t) => {
  const { ask } = openNative(t)
  const results = { results: [{ callId: 'a', output: 1 }] }
  for (const id of [noId, 'x', `urn:uuid:${noId}`]) {
    for (const response of [
      await ask('GET', `/turns/${id}`),
      await ask('POST', `/turns/${id}/cancel`),
      await ask('POST', `/turns/${id}/results`, results),
      await ask('GET', `/turns/${id}/events?after=1`),
    ]) {
      assert.deepEqual(
        [response.status, response.body.code, response.body.detail],
        [404, 'not-found', 'No turn has this id.'],
      )
    }
  }
})

test('results are stored as the model reads them: text as it is, other values as JSON with all digits, errors with a prefix', async (t) => {
  const world = openNative(t)
  const ids = ['a', 'b', 'c', 'd']
  const { id } = waiting(world, ...ids.map((call, index) => offered(call, { index })))
  const results = [
    { callId: 'a', output: ' as it is ' },
    { callId: 'b', output: { id: JSON.rawJSON('1234567890123456789'), price: JSON.rawJSON('3.10') } },
    { callId: 'c', output: null },
    { callId: 'd', error: 'No permission.' },
  ]
  const { status, body } = await world.ask('POST', `/turns/${id}/results`, { results })
  assert.deepEqual([status, body.id], [200, id])
  assert.deepEqual(
    world.turns.stored.map(({ turn, results }) => [
      turn,
      results.map((result) => [result.index, 'output' in result && result.output]),
    ]),
    [
      [
        id,
        [
          [0, ' as it is '],
          [1, '{"id":1234567890123456789,"price":3.10}'],
          [2, 'null'],
          [3, 'Error: No permission.'],
        ],
      ],
    ],
  )
})

test('results that are stored already change nothing', async (t) => {
  const world = openNative(t)
  const { id } = waiting(world, offered('a', { output: '1', status: 'answered' }))
  const { status } = await world.ask('POST', `/turns/${id}/results`, {
    results: [{ callId: 'a', output: 1 }],
  })
  assert.equal(status, 200)
  assert.deepEqual(world.turns.stored, [])
})

test('results that do not fit the calls are refused, each with its status', async (t) => {
  const world = openNative(t)
  const { id } = waiting(
    world,
    offered('a'),
    offered('b', { output: '1', status: 'answered' }),
    offered('c', { status: 'superseded' }),
  )
  const cases: [unknown, number, string][] = [
    [{ results: [{ callId: 'z', output: 1 }] }, 404, 'unknown-call'],
    [{ results: [{ callId: 'b', output: 2 }] }, 409, 'result-conflict'],
    [
      {
        results: [
          { callId: 'a', output: 2 },
          { callId: 'c', output: 2 },
        ],
      },
      410,
      'call-closed',
    ],
    [
      {
        results: [
          { callId: 'a', output: 1 },
          { callId: 'a', output: 2 },
        ],
      },
      422,
      'invalid-request',
    ],
    [{ results: [{ callId: 'a', output: 1, error: 'no' }] }, 422, 'invalid-request'],
    [{ results: [{ callId: 'a' }] }, 422, 'invalid-request'],
    [{ results: [] }, 422, 'invalid-request'],
    [{ results: Array(5).fill({ callId: 'a', output: 1 }) }, 422, 'invalid-request'],
  ]
  for (const [body, status, code] of cases) {
    const response = await world.ask('POST', `/turns/${id}/results`, body)
    assert.deepEqual([response.status, response.body.code], [status, code], JSON.stringify(body))
  }
  // The result of the superseded call is kept.
  assert.deepEqual(
    world.turns.stored.map(({ results }) => results.map((result) => 'output' in result && result.output)),
    [['2']],
  )
  const neither = await world.ask('POST', `/turns/${id}/results`, { results: [{ callId: 'a' }] })
  assert.match(
    String(neither.body.detail),
    /^The result of the call "a" must have an 'output' or an 'error'\./,
  )
})

test('results of superseded calls are stored', async (t) => {
  const world = openNative(t)
  const { id } = waiting(world, offered('a', { status: 'superseded' }))
  const response = await world.ask('POST', `/turns/${id}/results`, {
    results: [{ callId: 'a', output: 'late' }],
  })
  assert.equal(response.status, 410)
  const results = [{ seq: 2, index: 0, status: 'answered', output: 'late' }]
  assert.deepEqual(world.turns.stored, [{ turn: id, results }])
})

test('results are matched again after a conflict, up to five times', async (t) => {
  const world = openNative(t)
  const { id } = waiting(world, offered('a'))
  const results = { results: [{ callId: 'a', output: 1 }] }
  world.turns.outcomes = ['conflict', 'conflict', 'conflict', 'conflict', 'go-on']
  assert.equal((await world.ask('POST', `/turns/${id}/results`, results)).status, 200)
  world.turns.outcomes = Array(5).fill('conflict')
  const response = await world.ask('POST', `/turns/${id}/results`, results)
  assert.deepEqual([response.status, response.body.code], [409, 'conversation-busy'])
})

test('a turn is cancelled, and cancelling it again changes nothing', async (t) => {
  const world = openNative(t)
  const { id } = waiting(world)
  for (const body of [undefined, {}]) {
    const response = await world.ask('POST', `/turns/${id}/cancel`, body)
    assert.deepEqual([response.status, response.body.status], [200, 'cancelled'])
  }
})
