import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMemoryStore } from '../../../../test/support/memory-store/memory-store.ts'
import { chatAnswers, recording } from '../../../../test/support/ollama/recordings.ts'
import {
  call,
  createScriptedEngine,
  part,
  type Scene,
} from '../../../../test/support/turns/scripted-engine.ts'
import {
  conversation,
  engineError,
  locate,
  request,
  resident,
  run,
} from '../../../../test/support/turns/scripted-turn.ts'
import { parseLine } from '../../../engines/ollama/parse-line.ts'
import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import { createToolbox } from '../../../tools/toolbox.ts'
import { createClassicEncoder, encodeError } from './encode-events.ts'

const toolbox = createToolbox([resident('weather', ({ city }) => `sunny in ${city}`)])

interface SentEvent {
  event: string
  data: string
}

/** Reads a stream as strictly as the oldest phones do: each line that is not empty has to hold a colon. */
function read(text: string): SentEvent[] {
  assert.ok(text === '' || text.endsWith('\n\n'))
  assert.ok(!text.includes('\r'))
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => {
      const fields = block.split('\n').map((line) => {
        const colon = line.indexOf(':')
        assert.ok(colon > 0, `a line without a colon: ${line}`)
        return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')]
      })
      const of = (name: string) => fields.filter(([field]) => field === name).map(([, value]) => value)
      assert.equal(of('data').length, 1)
      return { event: of('event')[0] ?? 'message', data: of('data')[0] ?? '' }
    })
}

/** Plays replies of an engine, one for each step, and returns the events that the phone gets. */
async function sent(scripts: Scene[][], tools = [locate]): Promise<SentEvent[]> {
  const encoder = createClassicEncoder()
  const store = createMemoryStore()
  const messages = [{ role: 'user' as const, content: 'Hello?' }]
  const beginning = { turn: 't1', conversation, request, messages, tools, whenBusy: 'queue' as const }
  const begun = await store.begin(beginning)
  assert.equal(begun.result, 'begun')
  let text = ''
  await run({
    ...{ engine: createScriptedEngine(scripts), toolbox, store, state: begun.state },
    onBatch: (events, parts) => {
      text += encoder.encode(events, parts)
    },
  })
  return read(text)
}

/** A device tool without a schema. */
function device(name: string): ToolSchema {
  return { type: 'function', function: { name } }
}

function lineOf(one: ReturnType<typeof part>): string {
  assert.ok(one.line !== null)
  return one.line
}

function message(one: SentEvent | undefined): JsonObject {
  const parsed: Json = JSON.parse(one?.data ?? '{}')
  return isJsonObject(parsed) && isJsonObject(parsed.message) ? parsed.message : {}
}

const isDone = ({ data }: SentEvent) => data.includes('"done":true')

test('the lines of a reply without calls are sent byte for byte, in order', async () => {
  const parts = [
    part({ thinking: 'Hm' }),
    part({ text: 'Hi' }),
    part({}),
    part({ text: '\n🎈"' }),
    part({ done: true }),
  ]
  assert.deepEqual(
    await sent([[parts.slice(0, 2), parts.slice(2)]]),
    parts.map((one) => ({ event: 'message', data: lineOf(one) })),
  )
})

test('a reply of a single line is sent as this line', async () => {
  const whole = part({ text: 'Hi', thinking: 'Hm', done: true })
  assert.deepEqual(await sent([[[whole]]]), [{ event: 'message', data: lineOf(whole) }])
})

test('device calls are sent as tool_calls, and then the end', async () => {
  const asks = part({ calls: [call('locate', { precise: 'yes' }, 'c')] })
  const end = part({ done: true })
  assert.deepEqual(await sent([[[asks], [end]]]), [
    { event: 'tool_calls', data: lineOf(asks) },
    { event: 'message', data: lineOf(end) },
  ])
})

test('a device call that was written as text is sent as tool_calls, and nothing of its text', async () => {
  const texts = ['Look.\n', '\n{"na', 'me": "Locate", "argu', 'ments": {"precise": true}}', '\n']
  const lines = texts.map((text) => part({ text }))
  const end = part({ done: true })
  const events = await sent([[...lines.map((one) => [one]), [end]]])
  const [first, second, calls, last, ...more] = events
  assert.deepEqual(first, { event: 'message', data: lineOf(lines[0] ?? end) })
  assert.deepEqual(message(second), { role: 'assistant', content: '\n' })
  assert.equal(calls?.event, 'tool_calls')
  assert.deepEqual(message(calls).tool_calls, [
    { id: 'own_1', function: { index: 0, name: 'locate', arguments: { precise: 'true' } } },
  ])
  assert.deepEqual(last, { event: 'message', data: lineOf(end) })
  assert.deepEqual(more, [])
})

test('a device call whose name was mended is sent with the name that the device knows', async () => {
  const asks = part({ calls: [call('Locate', { precise: 'yes' }, 'c')] })
  const [calls] = await sent([[[asks], [part({ done: true })]]])
  assert.deepEqual(calls, { event: 'tool_calls', data: lineOf(asks).replace('Locate', 'locate') })
})

test('a reply of a single line with a call in its text is sent without it', async () => {
  const whole = part({ text: 'Look.\n{"name": "locate", "arguments": {}}', done: true })
  const events = await sent([[[whole]]])
  assert.deepEqual(
    events.map((one) => [one.event, message(one).content]),
    [
      ['message', 'Look.\n'],
      ['tool_calls', ''],
      ['message', ''],
    ],
  )
  assert.deepEqual(events.map(isDone), [false, false, true])
})

test('calls of several lines are sent as one event for each line', async () => {
  const lines = [part({ calls: [call('locate')] }), part({ calls: [call('locate', { precise: 'no' })] })]
  const events = await sent([[lines, [part({ done: true })]]])
  assert.deepEqual(
    events.slice(0, 2),
    lines.map((one) => ({ event: 'tool_calls', data: lineOf(one) })),
  )
})

test('two equal lines with calls are sent as two events', async () => {
  const asks = part({ calls: [call('locate')] })
  const events = await sent([[[asks, asks], [part({ done: true })]]])
  assert.deepEqual(
    events.slice(0, 2),
    [asks, asks].map((one) => ({ event: 'tool_calls', data: lineOf(one) })),
  )
  assert.equal(events.length, 3)
})

test('calls of resident and unknown tools are not sent, and the stream goes on with the next reply', async () => {
  const asks = part({ text: 'Let me look.', calls: [call('weather', { city: 'Bonn' }), call('nothing')] })
  const end = part({ text: 'Sunny.', done: true })
  const events = await sent([[[asks], [part({ done: true })]], [[end]]])
  assert.equal(message(events[0]).content, 'Let me look.')
  assert.ok(!('tool_calls' in message(events[0])))
  assert.deepEqual(events.slice(1), [{ event: 'message', data: lineOf(end) }])
})

test('a line with resident and device calls is sent with its device calls only', async () => {
  const asks = part({ calls: [call('weather'), call('locate', { precise: 'yes' }, 'c')] })
  const events = await sent([[[asks], [part({ done: true })]]])
  assert.deepEqual(message(events[0]).tool_calls, [call('locate', { precise: 'yes' }, 'c')])
  assert.deepEqual(
    events.map(({ event }) => event),
    ['tool_calls', 'message'],
  )
})

test("arguments are sent as coerced to the device's schema", async () => {
  const asks = part({ calls: [call('locate', { precise: true }, 'c')] })
  const events = await sent([[[asks], [part({ done: true })]]])
  assert.deepEqual(message(events[0]).tool_calls, [call('locate', { precise: 'true' }, 'c')])
})

test('the text of a line with calls is sent once, before the calls', async () => {
  const asks = part({ text: 'Let me look.', thinking: 'Hm', calls: [call('locate')] })
  const events = await sent([[[asks], [part({ done: true })]]])
  assert.deepEqual(
    events.map((one) => [
      one.event,
      message(one).content,
      message(one).thinking,
      'tool_calls' in message(one),
    ]),
    [
      ['message', 'Let me look.', 'Hm', false],
      ['tool_calls', '', '', true],
      ['message', '', undefined, false],
    ],
  )
})

test('a reply of a single line with text and calls is sent as text, calls and end', async () => {
  const whole = part({ text: 'Let me look.', calls: [call('locate')], done: true })
  const events = await sent([[[whole]]])
  assert.deepEqual(
    events.map((one) => [one.event, message(one).content, 'tool_calls' in message(one), isDone(one)]),
    [
      ['message', 'Let me look.', false, false],
      ['tool_calls', '', true, false],
      ['message', '', false, true],
    ],
  )
})

test('only the last step sends a line with done: true, because clients stop reading at the first one', async () => {
  const asks = [[part({ calls: [call('weather')] })], [part({ text: 'Wait.', done: true })]]
  const events = await sent([asks, asks, [[part({ text: 'Sunny.' })], [part({ done: true })]]])
  assert.deepEqual(
    events.map((one) => [message(one).content, isDone(one)]),
    [
      ['Wait.', false],
      ['Wait.', false],
      ['Sunny.', false],
      ['', true],
    ],
  )
})

test('a failure is sent as an error event on one line, and nothing after it', async () => {
  const events = await sent([[[part({ text: 'It is' })], engineError('engine-failed', 'out\nof "memory"')]])
  assert.deepEqual(events.at(-1), { event: 'error', data: '{"error":"out\\nof \\"memory\\""}' })
  assert.equal(events.length, 2)
  assert.ok(!events.some(isDone))
  assert.deepEqual(read(encodeError('a\r\nb')), [{ event: 'error', data: '{"error":"a\\r\\nb"}' }])
})

test('a turn that ended early without an error is sent as an error with its status', () => {
  const encoder = createClassicEncoder()
  const text = encoder.encode([{ type: 'turn-end', status: 'cancelled' }], [])
  assert.deepEqual(read(text), [{ event: 'error', data: '{"error":"The turn was cancelled."}' }])
})

test('a carriage return between the tokens of a line does not split it', async () => {
  const spaced = parseLine('{"model":"m",\r "message":{"role":"assistant","content":"a\\rb"},"done":false}\r')
  const [first] = await sent([[[spaced], [part({ done: true })]]])
  assert.equal(message(first).content, 'a\rb')
})

test('nothing is sent for an engine that sends no lines', async () => {
  const mute = (one: ReturnType<typeof part>) => ({ ...one, line: null })
  const asks = [mute(part({ text: 'Hi', calls: [call('locate')] })), mute(part({ done: true }))]
  assert.deepEqual(await sent([[asks]]), [])
})

/** The names of the tools that a recorded reply calls. */
function calledIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => (parseLine(line).calls ?? []).map(({ name }) => name))
}

for (const { name, answer: recorded } of chatAnswers) {
  const lines = recorded.toString().split('\n').filter(Boolean)
  const failed = lines.findIndex((line) => line.startsWith('{"error"'))
  const whole = failed < 0 ? lines : lines.slice(0, failed)

  test(`the recording "${name}" is sent line by line as it is, where all its tools are on the device`, async () => {
    const parts = whole.map((line) => parseLine(line))
    const scene: Scene[] = [
      ...parts.map((one) => [one]),
      ...(failed < 0 ? [] : [engineError('engine-failed', 'died')]),
    ]
    const tools = [...new Set(calledIn(whole))].map(device)
    const events = await sent([scene], tools)
    const lineEvents = events.filter(({ event }) => event !== 'error')
    assert.deepEqual(
      lineEvents.map(({ data }) => data),
      whole,
    )
    assert.deepEqual(
      lineEvents.map(({ event }) => event),
      parts.map(({ calls }) => (calls ? 'tool_calls' : 'message')),
    )
    assert.equal(events.length - lineEvents.length, failed < 0 ? 0 : 1)
    assert.equal(events.filter(isDone).length, failed < 0 ? 1 : 0)
  })
}

test('the recorded steps of a turn with a resident tool are sent as one stream', async () => {
  const steps = ['call-resident', 'answer-after-results'].map((name) =>
    recording(name).answer.toString().split('\n').filter(Boolean),
  )
  const own = createToolbox([resident('get_weather', () => '51ºF')])
  const encoder = createClassicEncoder()
  let text = ''
  const engine = createScriptedEngine(steps.map((lines) => lines.map((line) => [parseLine(line)])))
  await run({
    ...{ engine, toolbox: own },
    onBatch: (events, parts) => {
      text += encoder.encode(events, parts)
    },
  })
  const [first = [], second = []] = steps
  const expected = [...first.filter((line) => !/tool_calls|"done":true/.test(line)), ...second]
  assert.deepEqual(
    read(text).map(({ data }) => data),
    expected,
  )
})

test('every stream has one end, which is last, all text once, all device calls and no other calls', async () => {
  const names = fc.constantFrom('weather', 'locate', 'nothing')
  const bodies = fc.record({
    text: fc.constantFrom('', 'a', 'b c', '\n'),
    names: fc.option(fc.array(names, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  })
  const answers = fc.array(fc.tuple(fc.array(bodies, { maxLength: 3 }), bodies), {
    minLength: 1,
    maxLength: 3,
  })
  await fc.assert(
    fc.asyncProperty(answers, async (steps) => {
      const scripts = steps.map(([begin, end]) =>
        [...begin, end].map((body, index): Scene => {
          const calls = body.names?.map((name) => call(name))
          return [part({ text: body.text, ...(calls && { calls }), done: index === begin.length })]
        }),
      )
      // Where the last reply calls tools, the engine repeats it until the step limit ends the turn.
      const events = await sent(scripts)
      const ended = events.filter(({ event }) => event !== 'error')
      const failed = events.length > ended.length
      assert.equal(ended.filter(isDone).length, failed ? 0 : 1)
      if (!failed) assert.ok(events.at(-1) && isDone(events.at(-1) ?? { event: '', data: '' }))
      const calls = ended.filter(({ event }) => event === 'tool_calls')
      for (const one of calls) {
        assert.equal(message(one).content, '')
        const toolCalls = message(one).tool_calls
        assert.ok(Array.isArray(toolCalls) && toolCalls.length > 0)
        assert.ok(
          toolCalls.every(
            (one) => isJsonObject(one) && isJsonObject(one.function) && one.function.name === 'locate',
          ),
        )
      }
      for (const one of ended.filter(({ event }) => event === 'message'))
        assert.ok(!('tool_calls' in message(one)))
      if (failed) return
      const played = []
      for (const step of steps) {
        played.push(step)
        const called = [...step[0], step[1]].flatMap((body) => body.names ?? [])
        if (called.length === 0 || called.includes('locate')) break
      }
      const bodiesPlayed = played.flatMap(([begin, end]) => [...begin, end])
      assert.equal(
        ended.map((one) => message(one).content).join(''),
        bodiesPlayed.map(({ text }) => text).join(''),
      )
      const offered = bodiesPlayed.flatMap((body) => body.names ?? []).filter((name) => name === 'locate')
      assert.equal(calls.flatMap((one) => message(one).tool_calls ?? []).length, offered.length)
    }),
    { numRuns: 200, seed: 1 },
  )
})
