import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { SupervisedSource } from './supervised-source.ts'
import { UnusableSource } from './tool-source.ts'

const tool: Tool = { schema: { type: 'function', function: { name: 'a' } }, run: () => '' }

/** A source whose attempts are these, in order, the last one again and again; and the states that it goes through. */
function openSource(
  t: TestContext,
  attempts: ((signal: AbortSignal) => Promise<readonly Tool[]>)[],
  options: { attemptMs?: number; retryMs?: number; maxRetryMs?: number } = {},
) {
  const states: string[] = []
  let tried = 0
  const { promise: isReady, resolve } = Promise.withResolvers<void>()
  const source = new SupervisedSource({
    ...{ name: 'own', retryMs: 1, ...options },
    open: (signal) => (attempts[Math.min(tried++, attempts.length - 1)] ?? assert.fail())(signal),
    onChange() {
      states.push(source.reason ?? source.state)
      if (source.state === 'ready') resolve()
    },
  })
  t.after(() => source.close())
  return { source, states, isReady, tried: () => tried }
}

const works = async () => [tool]
const fails = (error: Error) => async () => await Promise.reject(error)

test('a source that fails is tried again until its tools are there', async (t) => {
  const { source, states, isReady } = openSource(t, [fails(new Error('one')), fails(new Error('two')), works])
  assert.equal(source.state, 'starting')
  source.start()
  await isReady
  assert.deepEqual(states, ['one', 'two', 'ready'])
  assert.deepEqual([source.tools, source.reason], [[tool], undefined])
})

test('pauses between attempts double, up to a limit', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { source, tried } = openSource(t, [fails(new Error('no'))], { retryMs: 1_000, maxRetryMs: 3_000 })
  const after = async (ms: number) => {
    t.mock.timers.tick(ms)
    await source.attempted()
    return tried()
  }
  source.start()
  return source.attempted().then(async () => {
    const counts = [await after(999), await after(1), await after(1_999), await after(1), await after(2_999)]
    assert.deepEqual([...counts, await after(1), await after(3_000)], [1, 2, 2, 3, 3, 4, 5])
  })
})

test('what a change alone can mend is not tried again by itself', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { source, tried } = openSource(t, [fails(new UnusableSource('written wrong')), works])
  source.start()
  await source.attempted()
  t.mock.timers.tick(10_000_000)
  await source.attempted()
  assert.deepEqual([tried(), source.reason], [1, 'written wrong'])
  source.start()
  await source.attempted()
  assert.equal(source.state, 'ready')
})

test('an attempt that takes too long has failed, and is given up', async (t) => {
  let given: AbortSignal | undefined
  const never = (signal: AbortSignal) => {
    given = signal
    return new Promise<never>(() => {})
  }
  const { source, states, isReady } = openSource(t, [never, works], { attemptMs: 5 })
  source.start()
  await isReady
  assert.deepEqual(states, ['it gave no tools within 0.005 s', 'ready'])
  assert.ok(given?.aborted)
})

test('a newer attempt takes the place of one that goes on, whose end changes nothing; until then the source is what it was', async (t) => {
  const late = Promise.withResolvers<readonly Tool[]>()
  const { source, states } = openSource(t, [works, () => late.promise, async () => []])
  source.start()
  await source.attempted()
  source.start()
  assert.deepEqual([source.state, source.tools], ['ready', [tool]])
  source.start()
  await source.attempted()
  late.resolve([tool, tool])
  await late.promise
  assert.deepEqual([states, source.tools], [['ready', 'ready'], []])
})

test('a source that changes while it is ready has its newer tools, and while it is opened those that it changed to', async (t) => {
  const other: Tool = { ...tool, schema: { type: 'function', function: { name: 'b' } } }
  let change: (tools: readonly Tool[]) => void = () => assert.fail()
  let changes = 0
  const source = new SupervisedSource({
    name: 'own',
    async open(_, lifetime) {
      ;({ change } = lifetime)
      change([other])
      return [tool]
    },
    onChange: () => changes++,
  })
  t.after(() => source.close())
  source.start()
  await source.attempted()
  assert.deepEqual([source.state, source.tools, changes], ['ready', [other], 1])
  change([tool])
  assert.deepEqual([source.tools, changes], [[tool], 2])
  source.close()
  change([other])
  assert.deepEqual([source.tools, changes], [[tool], 2])
})

test('a source that fails after it was ready is down, and tried again after longer and longer pauses', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let fail: (error: unknown) => void = () => assert.fail()
  let tried = 0
  const source = new SupervisedSource({
    name: 'own',
    async open(_, lifetime) {
      ;({ fail } = lifetime)
      tried += 1
      return [tool]
    },
    onChange() {},
    retryMs: 1_000,
  })
  t.after(() => source.close())
  source.start()
  const after = async (ms: number) => {
    t.mock.timers.tick(ms)
    await source.attempted()
    return tried
  }
  await source.attempted()
  fail(new Error('it ended'))
  assert.deepEqual([source.state, source.reason, source.tools], ['down', 'it ended', []])
  assert.deepEqual([await after(999), await after(1)], [1, 2])
  fail(new Error('it ended'))
  assert.deepEqual([await after(1_999), await after(1)], [2, 3])
})
