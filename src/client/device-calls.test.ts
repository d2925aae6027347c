import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  callStart,
  clientOf,
  end,
  ended,
  ok,
  problem,
  start,
  step,
  stream,
} from '../../test/support/clients/sdk/told-server.ts'
import type { DeviceTool } from './types.ts'

test('a call that a person has to approve runs after that, and not before', async () => {
  const runs: unknown[] = []
  const tool: DeviceTool = { name: 'where', run: (args) => void runs.push(args) }
  const asked = start + step + callStart(3, ',"approval":{"hash":"h","source":"device"}')
  const approved = 'id: t1:4\nevent: call-approved\ndata: {"callId":"a"}\n\n'
  const { promise, resolve } = Promise.withResolvers<void>()
  const { chat, platform, requests } = clientOf({
    'POST /turns': stream(asked),
    'GET /events?after=3': async (request) => {
      await promise
      return stream(approved, { open: true })(request)
    },
    'POST /approvals': ok,
    'POST /results': ok,
  })
  const turn = chat.send('hi', { tools: [tool] })
  await platform.passUntil(() => requests.length === 2)
  assert.deepEqual([runs, turn.state.openCalls], [[], ['a']])
  await turn.approve('a', { decision: 'approve', always: true })
  resolve()
  await platform.passUntil(() => requests.length === 4)
  assert.deepEqual(runs, [{ n: 1 }])
  assert.deepEqual(
    requests.slice(2).map(({ body }) => body),
    [
      { approvals: [{ callId: 'a', hash: 'h', decision: 'approve', always: true }] },
      { results: [{ callId: 'a', output: null }] },
    ],
  )
  await assert.rejects(turn.approve('b', { decision: 'approve' }), { code: 'unknown-call' })
})

const failures: [does: string, run: () => unknown, told: RegExp][] = [
  [
    'throws',
    () => {
      throw new Error('No permission')
    },
    /^No permission$/,
  ],
  ['rejects with nothing', () => Promise.reject(new Error('')), /^It failed\.$/],
  ['returns what JSON cannot be', () => 1n, /BigInt/],
]
for (const [does, run, told] of failures) {
  test(`a tool that ${does} makes an error that the model reads`, async () => {
    const { chat, platform, requests } = clientOf({
      'POST /turns': stream(start + step + callStart(3), { open: true }),
      'POST /results': ok,
    })
    chat.send('hi', { tools: [{ name: 'where', run }] })
    await platform.passUntil(() => requests.length === 2)
    const { results } = (requests[1]?.body ?? assert.fail()) as { results: { error: string }[] }
    assert.match(String(results[0]?.error), told)
  })
}

test('a result that is too large becomes an error that the model reads; one that comes too late is no error', async () => {
  const large = clientOf({
    'POST /turns': stream(start + step + callStart(3), { open: true }),
    'POST /results': [problem(413, 'request-too-large'), ok],
  })
  large.chat.send('hi', { tools: [{ name: 'where', run: () => 'much' }] })
  await large.platform.passUntil(() => large.requests.length === 3)
  assert.match(JSON.stringify(large.requests[2]?.body), /cannot be sent: It is request-too-large/)

  const late = clientOf({
    'POST /turns': stream(start + step + callStart(3)),
    'POST /results': problem(410, 'call-closed'),
    'GET /events?after=3': stream(end(4)),
  })
  const turn = late.chat.send('hi', { tools: [{ name: 'where', run: () => 'late' }] })
  assert.equal(await ended(turn, late.platform), 'completed')
})

test('the signal of a call is aborted when its turn ends', async () => {
  let signal: AbortSignal | undefined
  const tool: DeviceTool = {
    name: 'where',
    run: (_, context) => {
      signal = context.signal
      return new Promise(() => {})
    },
  }
  const { chat, platform } = clientOf({
    'POST /turns': stream(start + step + callStart(3)),
    'GET /events?after=3': stream(end(4, 'cancelled')),
  })
  assert.equal(await ended(chat.send('hi', { tools: [tool] }), platform), 'cancelled')
  assert.equal(signal?.aborted, true)
})

test('after a reload, a call that was open by then runs again only where it may, and a later one in any case', async () => {
  const runs: string[] = []
  const tools: DeviceTool[] = ['where', 'again', 'later'].map((name) => ({
    name,
    repeatable: name === 'again',
    run: () => runs.push(name),
  }))
  const call = (number: number, name: string) =>
    callStart(number).replace('"a"', `"${name}"`).replace('"where"', `"${name}"`)
  const open = ['where', 'again'].map((name) => ({
    callId: name,
    name,
    arguments: {},
    side: 'device',
    status: 'offered',
  }))
  const { chat, platform, requests } = clientOf({
    'GET ': [
      () => Response.json({ name: 'c', activeTurn: 't1' }),
      () => Response.json({ id: 't1', status: 'waiting', calls: open }),
    ],
    'GET /events': stream(start + step + call(3, 'where') + call(4, 'again') + call(5, 'later'), {
      open: true,
    }),
    'POST /results': ok,
  })
  const turn = await chat.active({ tools })
  assert.equal(turn?.id, 't1')
  await platform.passUntil(() => requests.length === 5)
  assert.deepEqual(runs, ['again', 'later'])
})
