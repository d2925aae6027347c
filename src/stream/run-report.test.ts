import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveProcess } from '../../test/support/turns/live-process.ts'
import { call, calls, part } from '../../test/support/turns/scripted-engine.ts'
import { engineError } from '../../test/support/turns/scripted-turn.ts'
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
