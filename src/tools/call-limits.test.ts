import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Tool } from '../turn/ports/toolbox.ts'
import { createToolbox, type ToolboxOptions } from './toolbox.ts'

/** Tools of these names, each of whose calls runs until a test ends it, and a clock. */
function openToolbox(t: TestContext, tools: Record<string, Partial<Tool>>, options: ToolboxOptions = {}) {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let time = 0
  const running: string[] = []
  const ends = new Map<string, (output: string) => void>()
  const toolbox = createToolbox(
    Object.entries(tools).map(([name, rest]) => ({
      schema: { type: 'function', function: { name } },
      run: (_args, { callId }) => {
        running.push(callId)
        return new Promise((resolve) => ends.set(callId, resolve))
      },
      ...rest,
    })),
    { timeoutMs: 15_000, now: () => time, ...options },
  )
  return {
    toolbox,
    running,
    /** Calls a tool; the call has its own id. */
    call: (name: string, callId: string, signal = new AbortController().signal) =>
      toolbox.run(name, {}, { signal, callId, conversation: 'app', turn: 't' }),
    async end(callId: string) {
      ends.get(callId)?.('done')
      await setImmediate()
    },
    async pass(ms: number) {
      time += ms
      t.mock.timers.tick(ms)
      await setImmediate()
    },
  }
}

const done = { status: 'succeeded', output: 'done' }

test('no more calls run at once than may, of all tools together, and the others run in order of arrival', async (t) => {
  const { call, end, running } = openToolbox(t, { a: {}, b: {} }, { callsAtOnce: 2 })
  const calls = [call('a', '1'), call('b', '2'), call('b', '3'), call('a', '4')]
  await setImmediate()
  assert.deepEqual(running, ['1', '2'])
  await end('2')
  assert.deepEqual(running, ['1', '2', '3'])
  await end('1')
  await end('3')
  await end('4')
  assert.deepEqual(await Promise.all(calls), [done, done, done, done])
})

test('a tool that may run once at a time keeps no other tool waiting', async (t) => {
  const { call, end, running } = openToolbox(t, { single: { callsAtOnce: 1 }, other: {} }, { callsAtOnce: 2 })
  const calls = [call('single', '1'), call('single', '2'), call('single', '3'), call('other', '4')]
  await setImmediate()
  assert.deepEqual(running, ['1', '4'])
  for (const id of ['1', '2', '3', '4']) await end(id)
  assert.deepEqual(running, ['1', '4', '2', '3'])
  assert.deepEqual(await Promise.all(calls), [done, done, done, done])
})

test('a call that waits has its whole time once it runs, and waits no longer than that', async (t) => {
  const { call, end, pass, running } = openToolbox(t, { a: {} }, { callsAtOnce: 1, timeoutMs: 10_000 })
  const [first, second, third] = [call('a', '1'), call('a', '2'), call('a', '3')]
  await setImmediate()
  await pass(9_000)
  await end('1')
  await pass(9_000)
  assert.deepEqual(running, ['1', '2'])
  assert.deepEqual(await third, {
    status: 'failed',
    output: 'a was not run: too many calls were running for 10 s. Try again later.',
  })
  await pass(1_000)
  assert.deepEqual([await first, (await second).status], [done, 'timed-out'])
})

test('a call that waits and is cancelled gives up its place at once, and is not run', async (t) => {
  const { call, end, running } = openToolbox(t, { a: {} }, { callsAtOnce: 1 })
  const turn = new AbortController()
  const calls = [call('a', '1'), call('a', '2', turn.signal), call('a', '3')]
  await setImmediate()
  turn.abort()
  assert.deepEqual(await calls[1], { status: 'failed', output: 'a was cancelled before it ended.' })
  await end('1')
  assert.deepEqual(running, ['1', '3'])
  await end('3')
  assert.deepEqual(await calls[2], done)
})

test('a place is free again when a call fails, takes too long or is cancelled', async (t) => {
  const fails = {
    run: () => {
      throw new Error('no')
    },
  }
  const { call, end, pass, running } = openToolbox(t, { a: {}, fails }, { callsAtOnce: 1, timeoutMs: 1_000 })
  assert.equal((await call('fails', '1')).status, 'failed')
  const late = call('a', '2')
  await setImmediate()
  await pass(1_000)
  assert.equal((await late).status, 'timed-out')
  const turn = new AbortController()
  const cancelled = call('a', '3', turn.signal)
  await setImmediate()
  turn.abort()
  assert.equal((await cancelled).status, 'failed')
  const last = call('a', '4')
  await setImmediate()
  assert.deepEqual(running, ['2', '3', '4'])
  await end('4')
  assert.deepEqual(await last, done)
})

test('of one tool no more calls begin within any minute than may, and the model reads when it can try again', async (t) => {
  const tools = { a: { run: () => 'done' }, b: { run: () => 'done', callsPerMinute: 1 } }
  const { call, pass } = openToolbox(t, tools, { callsPerMinute: 2 })
  assert.deepEqual(await call('a', '1'), done)
  await pass(50_000)
  assert.deepEqual(await call('a', '2'), done)
  const refused = (s: number, often = '2 times', name = 'a') => ({
    status: 'failed',
    output: `${name} was not run: it can be called ${often} a minute. Try again in ${s} s.`,
  })
  assert.deepEqual(await call('a', '3'), refused(10))
  assert.deepEqual([await call('b', '4'), await call('b', '5')], [done, refused(60, 'once', 'b')])
  await pass(9_001)
  assert.deepEqual(await call('a', '6'), refused(1))
  await pass(999)
  assert.deepEqual([await call('a', '7'), await call('a', '8')], [done, refused(50)])
})

test('limits of a tool that is replaced hold for those that wait and for those that have run', async (t) => {
  const { toolbox, call, running } = openToolbox(t, {})
  const use = (rest: Partial<Tool>) => {
    const run: Tool['run'] = (_args, { callId }) => {
      running.push(callId)
      return rest.callsAtOnce === 1 ? new Promise(() => {}) : 'done'
    }
    const schema = { type: 'function' as const, function: { name: 'a' } }
    toolbox.setSources([{ name: 'file:a.ts', tools: [{ schema, run, ...rest }] }])
  }
  use({ callsAtOnce: 1 })
  void call('a', '1')
  void call('a', '2')
  await setImmediate()
  assert.deepEqual(running, ['1'])
  use({ callsAtOnce: 3, callsPerMinute: 1 })
  await setImmediate()
  assert.deepEqual(running, ['1', '2'])
  assert.equal((await call('a', '3')).status, 'failed')
  use({ callsPerMinute: 1 })
  assert.equal((await call('a', '4')).status, 'failed')
})

test('the limits of a tool hold while it is away and when it is back, and its counts begin anew', async (t) => {
  const { toolbox, call, running, pass } = openToolbox(t, {})
  const never = new Promise(() => {})
  const use = (rest: Partial<Tool>, ...names: string[]) =>
    toolbox.setSources([
      {
        name: 'mcp:x',
        tools: names.map((name) => ({
          schema: { type: 'function' as const, function: { name } },
          run: (_args, { callId }) => {
            running.push(callId)
            return name === 'wait' ? never : 'done'
          },
          ...rest,
        })),
      },
    ])
  use({ callsPerMinute: 1 }, 'often')
  assert.equal((await call('often', '1')).status, 'succeeded')
  use({})
  use({ callsPerMinute: 1 }, 'often')
  assert.equal((await call('often', '2')).status, 'failed')
  assert.deepEqual(
    toolbox.describe().map(({ counts }) => counts.calls),
    [1],
  )
  await pass(60_001)
  assert.equal((await call('often', '3')).status, 'succeeded')
  use({ callsAtOnce: 1 }, 'wait')
  void call('wait', '4')
  await setImmediate()
  use({})
  use({ callsAtOnce: 1 }, 'wait')
  void call('wait', '5')
  await setImmediate()
  assert.deepEqual(running, ['1', '3', '4'])
})

test('calls that have waited count for the minute in which they begin', async (t) => {
  const { toolbox, call, running, pass } = openToolbox(t, {})
  const ends: (() => void)[] = []
  const run: Tool['run'] = async (_args, { callId }) => {
    running.push(callId)
    await new Promise<void>((resolve) => ends.push(resolve))
    return 'done'
  }
  const schema = { type: 'function' as const, function: { name: 'a' } }
  const tool = { schema, run, callsAtOnce: 1, callsPerMinute: 2, timeoutMs: 600_000 }
  toolbox.setSources([{ name: 'file:a.js', tools: [tool] }])
  const [first, second] = [call('a', '1'), call('a', '2')]
  await setImmediate()
  await pass(50_000)
  ends.shift()?.()
  await first
  await setImmediate()
  // The first one began more than a minute ago then, and the second one has just begun.
  await pass(15_000)
  ends.shift()?.()
  await second
  const third = call('a', '3')
  await setImmediate()
  ends.shift()?.()
  assert.equal((await third).status, 'succeeded')
  assert.equal((await call('a', '4')).status, 'failed')
  assert.deepEqual(running, ['1', '2', '3'])
})

test('limits by names replace those of the tools, each the first one that fits, and patterns without a tool are reported', (t) => {
  const { toolbox } = openToolbox(
    t,
    { send_mail: { callsAtOnce: 2 }, send_fax: {}, look: {} },
    { callsPerMinute: 9 },
  )
  const limitsOf = () =>
    toolbox
      .describe()
      .map(({ schema, limits }) => [schema.function.name, limits.callsAtOnce, limits.callsPerMinute])
  const change = toolbox.setSources([], {
    limits: [
      { pattern: 'send_mail', callsPerMinute: 1 },
      { pattern: 'send_*', callsAtOnce: 3, callsPerMinute: 2 },
      { pattern: 'nobody', callsAtOnce: 1 },
    ],
  })
  assert.deepEqual(change.unusedLimits, ['nobody'])
  assert.deepEqual(limitsOf(), [
    ['look', undefined, 9],
    ['send_fax', 3, 2],
    ['send_mail', 3, 1],
  ])
  toolbox.setSources([])
  assert.deepEqual(limitsOf(), [
    ['look', undefined, 9],
    ['send_fax', undefined, 9],
    ['send_mail', 2, 9],
  ])
})

test('limits of a tool that are no whole numbers from 1 on are refused', () => {
  for (const limit of [0, -1, 1.5, Number.NaN])
    for (const member of ['callsAtOnce', 'callsPerMinute'])
      assert.throws(
        () =>
          createToolbox([
            { schema: { type: 'function', function: { name: 'a' } }, run: () => '', [member]: limit },
          ]),
        new RegExp(`${member} of the tool "a" must be a whole number from 1`),
      )
})

test('calls, failures and repairs of each tool are counted, also of calls that are refused, as long as there is the tool', async (t) => {
  const { toolbox } = openToolbox(t, {})
  const parameters = { type: 'object', properties: { n: { type: 'number' } } }
  const use = (...names: string[]) =>
    toolbox.setSources([
      {
        name: 'command',
        tools: names.map((name) => ({
          schema: { type: 'function', function: { name, parameters } },
          run: ({ n }) => {
            if (n === 0) throw new Error('zero')
            return 'done'
          },
          callsPerMinute: 3,
        })),
      },
    ])
  const counts = () => toolbox.describe().map(({ schema, counts }) => [schema.function.name, counts])
  const run = (name: string, n: number, repairs?: number) => {
    const context = { signal: new AbortController().signal, conversation: 'c', turn: 't', callId: 'c' }
    return toolbox.run(name, { n }, { ...context, ...(repairs && { repairs }) })
  }
  use('a', 'b')
  await run('a', 1, 2)
  await run('a', 0)
  await run('a', 1, 1)
  await run('a', 1)
  const [schema] = toolbox.schemas()
  assert.ok(schema)
  assert.equal(toolbox.fit(schema, { n: 'x' }).ok, false)
  assert.equal(toolbox.fit(schema, { n: '1' }).ok, true)
  const none = { calls: 0, failures: 0, repairs: 0 }
  assert.deepEqual(counts(), [
    ['a', { calls: 5, failures: 3, repairs: 3 }],
    ['b', none],
  ])
  use('a')
  assert.deepEqual(counts(), [['a', { calls: 5, failures: 3, repairs: 3 }]])
  use('b')
  use('a', 'b')
  assert.deepEqual(counts(), [
    ['a', none],
    ['b', none],
  ])
})

test('a call beyond the limit of a minute does not wait for those that run', async (t) => {
  const { call, running } = openToolbox(t, { a: { callsAtOnce: 1, callsPerMinute: 1, timeoutMs: 600_000 } })
  void call('a', '1')
  await setImmediate()
  assert.equal((await call('a', '2')).status, 'failed')
  assert.deepEqual(running, ['1'])
})
