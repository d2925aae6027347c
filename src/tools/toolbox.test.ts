import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../protocol/json.ts'
import type { Tool, ToolContext } from '../turn/ports/toolbox.ts'
import { TextWithImages } from './text-with-images.ts'
import { createToolbox } from './toolbox.ts'

function makeTool(name: string, run: Tool['run'], rest: Partial<Tool> = {}): Tool {
  return { schema: { type: 'function', function: { name } }, run, ...rest }
}

function context(signal: AbortSignal = new AbortController().signal): ToolContext {
  return { signal, conversation: 'app', turn: 't', callId: 'c' }
}

/** Runs a tool with this function. */
function outcomeOf(run: Tool['run'], options = {}) {
  return createToolbox([makeTool('try_it', run)], options).run('try_it', {}, context())
}

const never = () => new Promise<never>(() => {})

describe('creating a toolbox', () => {
  test('two tools with the same name are refused', () => {
    const twice = [makeTool('same', () => ''), makeTool('same', () => '')]
    assert.throws(() => createToolbox(twice), /Two tools have the name "same"/)
  })

  test('a tool without a name and limits out of range are refused', () => {
    assert.throws(() => createToolbox([makeTool('', () => '')]), /no name/)
    for (const timeoutMs of [0, -1, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(
        () => createToolbox([makeTool('slow', () => '', { timeoutMs })]),
        /time limit of the tool "slow"/,
      )
    }
    assert.throws(() => createToolbox([], { maxOutputBytes: 0 }), /maxOutputBytes/)
  })

  test('a name that engines refuse, and a schema that is none, are refused', () => {
    for (const name of ['get weather', 'wetter.hören', 'x'.repeat(65), 'a/b'])
      assert.throws(() => createToolbox([makeTool(name, () => '')]), /a name that engines refuse/, name)
    const given = (parameters: JsonObject) =>
      createToolbox([
        { schema: { type: 'function', function: { name: 'try_it', parameters } }, run: () => '' },
      ])
    const wrong: [JsonObject, RegExp][] = [
      [{ type: 'array' }, /must be of the type "object"/],
      [{ type: 'objekt' }, /parameters\.type is "objekt"/],
      [{ properties: ['a'] }, /parameters\.properties must be an object/],
      [{ properties: { a: 'string' } }, /parameters\.properties\.a must be an object/],
      [{ properties: { a: { type: 'str' } } }, /parameters\.properties\.a\.type is "str"/],
      [{ properties: { a: { items: { type: [1] } } } }, /parameters\.properties\.a\.items\.type is 1/],
      [{ required: true }, /parameters\.required must be a list of names/],
      [{ anyOf: {} }, /parameters\.anyOf must be a list/],
    ]
    for (const [parameters, message] of wrong) assert.throws(() => given(parameters), message)
    given({
      type: 'object',
      properties: { type: { type: ['string', 'null'] }, any: true },
      required: ['any'],
    })
    given({})
  })

  test('a tool is described with its own time limit, or that of all tools', () => {
    const tools = [makeTool('slow', () => '', { timeoutMs: 60_000 }), makeTool('fast', () => '')]
    const described = createToolbox(tools, { timeoutMs: 5_000, maxOutputBytes: 100 }).describe()
    assert.deepEqual(
      described.map(({ schema, limits }) => [schema.function.name, limits.timeoutMs, limits.maxOutputBytes]),
      [
        ['fast', 5_000, 100],
        ['slow', 60_000, 100],
      ],
    )
  })

  test('schemas have the same order and form every time, even when a tool changes its own', () => {
    const tools = ['beta', 'alpha', 'Zeta', 'alpha2'].map((name) => makeTool(name, () => ''))
    const toolbox = createToolbox(tools)
    const before = toolbox.schemas()
    assert.deepEqual(
      before.map((schema) => schema.function.name),
      ['Zeta', 'alpha', 'alpha2', 'beta'],
    )
    for (const tool of tools) tool.schema.function.description = 'changed later'
    assert.equal(toolbox.schemas(), before)
    assert.equal(before[0]?.function.description, undefined)
    assert.throws(() => Object.assign(before[0]?.function ?? {}, { description: 'x' }), TypeError)
  })

  test('the toolbox has only its resident tools', () => {
    const toolbox = createToolbox([makeTool('here', () => '')])
    assert.deepEqual(
      [toolbox.has('here'), toolbox.has('elsewhere'), toolbox.has('constructor')],
      [true, false, false],
    )
  })
})

describe('results', () => {
  const results: [result: unknown, output: string][] = [
    ['plain text\n', 'plain text\n'],
    ['', ''],
    [undefined, ''],
    [null, 'null'],
    [51.3, '51.3'],
    [{ a: [1, 'º'] }, '{"a":[1,"º"]}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    ['half a pair: \ud83d', 'half a pair: \ufffd'],
  ]
  for (const [result, output] of results) {
    test(`${JSON.stringify(result)} becomes the output ${JSON.stringify(output)}`, async () => {
      assert.deepEqual(await outcomeOf(() => result), { status: 'succeeded', output })
      assert.deepEqual(await outcomeOf(async () => result), { status: 'succeeded', output })
    })
  }

  test('output over the limit is truncated between two characters, with a note for the model', async () => {
    const truncated = (text: string, bytes: number) =>
      `${text}\n[truncated here: the output has ${bytes} bytes, the limit is 10]`
    const limited = { maxOutputBytes: 10 }
    assert.equal((await outcomeOf(() => '0123456789', limited)).output, '0123456789')
    assert.equal((await outcomeOf(() => '0123456789a', limited)).output, truncated('0123456789', 11))
    assert.equal((await outcomeOf(() => '01234567😀', limited)).output, truncated('01234567', 12))
    assert.equal((await outcomeOf(() => '012345678º', limited)).output, truncated('012345678', 11))
    const failure = await outcomeOf(() => Promise.reject(new Error('x'.repeat(100))), limited)
    assert.equal(failure.output, truncated('try_it fai', 115))
  })

  test('images of a result over the limit are left out, with a note for the model', async () => {
    const pictures = () => new TextWithImages('two', ['a'.repeat(60), 'b'.repeat(60)])
    const all = { status: 'succeeded', output: 'two', images: ['a'.repeat(60), 'b'.repeat(60)] }
    assert.deepEqual(await outcomeOf(pictures, { maxImageBytes: 120 }), all)
    const note = (count: number, limit: number) =>
      `two\n[images left out: ${count} of 2; together they have 120 bytes, the limit is ${limit}]`
    const one = { ...all, output: note(1, 119), images: ['a'.repeat(60)] }
    assert.deepEqual(await outcomeOf(pictures, { maxImageBytes: 119 }), one)
    assert.deepEqual(await outcomeOf(pictures, { maxImageBytes: 0 }), {
      status: 'succeeded',
      output: note(2, 0),
    })
  })

  test('a tool gets a copy of its arguments, and itself as this', async () => {
    const tool = makeTool('try_it', function (this: Tool, args) {
      args.changed = true
      return { ...args, self: this === tool }
    })
    const args: JsonObject = { a: 1 }
    const outcome = await createToolbox([tool]).run('try_it', args, context())
    assert.equal(outcome.output, '{"a":1,"changed":true,"self":true}')
    assert.deepEqual(args, { a: 1 })
  })
})

describe('tools that misbehave', () => {
  const circular: Record<string, unknown> = {}
  circular.self = circular
  const badGetter = {
    get value() {
      throw new Error('not for you')
    },
  }
  const throwing = (thrown: unknown) => () => {
    throw thrown
  }
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
  const badThenable = { then: throwing(new Error('no promise')) }
  const unreadable = new Proxy(new Error('x'), {
    get: throwing(new Error('trap')),
    getPrototypeOf: throwing(new Error('trap')),
  })
  const failures: [what: string, run: Tool['run'], output: RegExp][] = [
    ['throws at once', throwing(new Error('no luck')), /^try_it failed: no luck$/],
    ['rejects', () => Promise.reject(new Error('no luck')), /^try_it failed: no luck$/],
    [
      'asks a service that is away',
      () => fetch('http://127.0.0.1:2'),
      /^try_it failed: fetch failed: connect ECONNREFUSED 127\.0\.0\.1:2$/,
    ],
    [
      'throws an error whose causes say the same',
      throwing(new Error('no luck: gone', { cause: new Error('gone', { cause: new Error('') }) })),
      /^try_it failed: no luck: gone$/,
    ],
    ['throws a string', throwing('just words'), /^try_it failed: just words$/],
    ['throws nothing', throwing(undefined), /^try_it failed: it gave no reason$/],
    ['throws an object', throwing({ message: 3 }), /^try_it failed: it gave no reason$/],
    ['throws an error without a message', throwing(new Error('')), /^try_it failed: it gave no reason$/],
    ['throws a value that cannot be read', throwing(unreadable), /^try_it failed: it gave no reason$/],
    ['returns a circular object', () => circular, /^try_it failed: .*circular/],
    ['returns a BigInt', () => 3n, /^try_it failed: .*BigInt/],
    ['returns a function', () => () => '', /^try_it failed: a function cannot be converted to JSON$/],
    ['returns an object whose getter throws', () => badGetter, /^try_it failed: not for you$/],
    ['returns a thenable that throws', () => badThenable, /^try_it failed: no promise$/],
  ]
  for (const [what, run, expected] of failures) {
    test(`a tool that ${what} has failed, with a message`, async () => {
      const { status, output } = await outcomeOf(run)
      assert.equal(status, 'failed')
      assert.match(output, expected)
      assert.doesNotMatch(output, /\n\s+at /)
    })
  }

  test('a thenable is awaited like a promise', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested.
    const outcome = await outcomeOf(() => ({ then: (resolve: (value: string) => void) => resolve('later') }))
    assert.deepEqual(outcome, { status: 'succeeded', output: 'later' })
  })

  test('a tool that never ends times out, its signal is aborted, and other tools continue', async () => {
    let signal: AbortSignal | undefined
    const hangs = makeTool('hangs', (_args, given) => {
      signal = given.signal
      return never()
    })
    const quick = makeTool('quick', () => 'done')
    const toolbox = createToolbox([hangs, quick], { timeoutMs: 20 })
    const outcomes = await Promise.all([
      toolbox.run('hangs', {}, context()),
      toolbox.run('quick', {}, context()),
    ])
    assert.deepEqual(outcomes, [
      { status: 'timed-out', output: 'hangs gave no result within 0.02 s.' },
      { status: 'succeeded', output: 'done' },
    ])
    assert.equal(signal?.aborted, true)
  })

  test('a tool that rejects because of its time-out has timed out, not failed', async () => {
    const outcome = await outcomeOf(
      (_args, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      { timeoutMs: 20 },
    )
    assert.equal(outcome.status, 'timed-out')
  })

  test('a tool can set its own time limit', async () => {
    const toolbox = createToolbox([makeTool('hangs', never, { timeoutMs: 15 })])
    assert.equal((await toolbox.run('hangs', {}, context())).output, 'hangs gave no result within 0.015 s.')
  })

  test('an error that a tool throws after its time-out is ignored', async () => {
    const late = Promise.withResolvers<never>()
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    assert.equal((await outcomeOf(() => late.promise, { timeoutMs: 5 })).status, 'timed-out')
    late.reject(new Error('too late'))
    // Unhandled rejections are reported after the microtasks, before the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    assert.deepEqual(unhandled, [])
  })
})

test('after a tool has ended its timer is cleared', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
  const before = timers()
  await outcomeOf(() => 'done')
  assert.equal(timers(), before)
})

describe('cancelling', () => {
  test('cancelling a turn ends its tools, with a message and an aborted signal', async () => {
    const turn = new AbortController()
    const started = Promise.withResolvers<AbortSignal>()
    const toolbox = createToolbox([
      makeTool('hangs', (_args, given) => {
        started.resolve(given.signal)
        return never()
      }),
    ])
    const running = toolbox.run('hangs', {}, context(turn.signal))
    const signal = await started.promise
    turn.abort()
    assert.deepEqual(await running, { status: 'failed', output: 'hangs was cancelled before it ended.' })
    assert.equal(signal.aborted, true)
  })

  test('no tool is started in a cancelled turn', async () => {
    let started = false
    const toolbox = createToolbox([
      makeTool('starts', () => {
        started = true
      }),
    ])
    const outcome = await toolbox.run('starts', {}, context(AbortSignal.abort()))
    assert.deepEqual([outcome.status, started], ['failed', false])
  })

  test('after a tool has ended it has no listener on the signal of the turn', async () => {
    const turn = new AbortController()
    let listeners = 0
    const { addEventListener, removeEventListener } = turn.signal
    turn.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1
      addEventListener.apply(turn.signal, args)
    }
    turn.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1
      removeEventListener.apply(turn.signal, args)
    }
    await createToolbox([makeTool('quick', () => '')]).run('quick', {}, context(turn.signal))
    assert.equal(listeners, 0)
  })
})

describe('never throwing', () => {
  test('a tool that is not there any more has failed, with a message', async () => {
    const outcome = await createToolbox([]).run('nobody', {}, context())
    assert.deepEqual(outcome, { status: 'failed', output: 'The tool "nobody" is not available any more.' })
  })

  test('arguments that are not JSON values are refused', () => {
    const toolbox = createToolbox([])
    const args = {
      get a() {
        throw new Error('not for you')
      },
    }
    const fit = toolbox.fit({ type: 'function', function: { name: 'any' } }, args)
    assert.deepEqual(fit, {
      ok: false,
      written: {},
      error: 'The arguments cannot be read: not for you',
    })
    const circular: Record<string, unknown> = {}
    circular.self = circular
    assert.equal(toolbox.fit({ type: 'function', function: { name: 'any' } }, circular).ok, false)
  })
})
