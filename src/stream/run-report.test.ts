import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveProcess } from '../../test/support/turns/live-process.ts'
import { call, calls, part, type Scene } from '../../test/support/turns/scripted-engine.ts'
import { engineError, resident } from '../../test/support/turns/scripted-turn.ts'
import { ChatterdError } from '../protocol/errors.ts'
import { requestIds } from './request-id.ts'

const says = [[part({ text: 'Hi.' })], [part({ done: true, promptTokens: 10, outputTokens: 3 })]]

test('a turn is reported once when it has ended, with the request that began it', async () => {
  const { post, runs } = liveProcess([says])
  await requestIds.run('r1', () => post('Hello').ended)
  assert.equal(runs.length, 1)
  const [{ ms, firstTokenMs, ...run } = assert.fail()] = runs
  assert.ok(firstTokenMs !== undefined && ms >= firstTokenMs)
  assert.deepEqual(run, {
    ...{ turn: 't1', request: 'r1', conversation: 'talk', model: 'm', status: 'completed' },
    ...{ steps: 1, calls: 0, promptTokens: 10, outputTokens: 3 },
  })
})

test('turns of two requests at once are each reported with their own', async () => {
  const { post, runs } = liveProcess([says])
  const begin = (id: string) => requestIds.run(id, () => post('Hello', id).ended)
  await Promise.all(['r1', 'r2', 'r3'].map(begin))
  assert.deepEqual(
    runs.map(({ request, conversation }) => request === conversation),
    [true, true, true],
  )
})

test('a turn that fails is reported with its error, and one that waits for its device with its calls', async () => {
  const { post, runs } = liveProcess([calls(call('locate')), [engineError('engine-failed', 'out of memory')]])
  await post('Where am I?', 'a').ended
  await post('Hello?', 'b').ended
  const [waiting, failed] = runs
  assert.deepEqual([waiting?.status, waiting?.calls, waiting?.firstTokenMs], ['waiting', 1, undefined])
  assert.equal(failed?.status, 'failed')
  assert.deepEqual(failed?.error, { code: 'engine-failed', detail: 'out of memory' })
})

test('a turn is reported with the codes of its notices', async () => {
  const { post, runs } = liveProcess([says], { capabilities: ['completion'] })
  await post('Hello').ended
  assert.deepEqual(runs[0]?.notices, ['tools-left-out'])
})

/** The report of a turn whose engine fails so, the events of which must not say the same. */
async function failure(thrown: Error) {
  const { post, runs, faults } = liveProcess([[thrown]])
  const { ended, events } = post('What is the secret?')
  await ended
  return { error: runs[0]?.error, faults, events: JSON.stringify(events) }
}

test('the report of a turn that fails has the causes of its error, which its client does not read', async () => {
  const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
  const fetchFailed = new Error('fetch failed', { cause: refused })
  const { error, events } = await failure(
    new ChatterdError('engine-unreachable', 'Ollama cannot be reached', { cause: fetchFailed }),
  )
  assert.deepEqual(error, {
    ...{ code: 'engine-unreachable', detail: 'Ollama cannot be reached' },
    cause: 'fetch failed: ECONNREFUSED',
  })
  assert.doesNotMatch(events, /ECONNREFUSED|fetch/)
})

test('the report of a fault of chatterd says what it is, and the fault itself is reported beside it', async () => {
  const cause = new Error('disk on fire')
  const fault = new TypeError('undefined is not a function', { cause })
  const { error, events, faults } = await failure(fault)
  assert.equal(error?.code, 'internal')
  assert.equal(error?.cause, 'TypeError: undefined is not a function: disk on fire')
  assert.deepEqual(faults, [fault])
  assert.doesNotMatch(events, /fire|function/)
})

test('no report quotes what a model has written or a tool has returned', async () => {
  const noJson = new SyntaxError('"the secret" is not valid JSON')
  for (const wrap of [
    (cause: unknown) => cause as Error,
    (cause: unknown) => new ChatterdError('engine-failed', 'Ollama sent a line that is no JSON', { cause }),
    (cause: unknown) => new Error('broken', { cause }),
  ]) {
    const { error } = await failure(wrap(noJson))
    assert.ok(error)
    assert.doesNotMatch(JSON.stringify(error), /secret/)
  }
  const again: Scene[] = calls(call('look'))
  const { post, runs } = liveProcess([again], {
    tools: [resident('look', () => Promise.reject(new Error('the secret is not there')))],
  })
  await post('Look.').ended
  assert.deepEqual(runs[0]?.error, { code: 'call-repeated' })
})
