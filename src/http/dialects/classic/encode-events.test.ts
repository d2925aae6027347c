import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chatAnswers, recording } from '../../../../test/fixtures/ollama/recordings.ts'
import { createMemoryStore } from '../../../../test/memory-store.ts'
import { call, createScriptedEngine, part, type Scene } from '../../../../test/scripted-engine.ts'
import { conversation, engineError, locate, request, resident, run } from '../../../../test/scripted-turn.ts'
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

/** Plays answers of an engine, one for each step, and returns what the phone is sent. */
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

/** A tool of the phone whose arguments are taken as they come. */
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

test('the lines of a plain answer go out byte for byte, in order', async () => {
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

test('an answer that came whole goes out as that one line', async () => {
  const whole = part({ text: 'Hi', thinking: 'Hm', done: true })
  assert.deepEqual(await sent([[[whole]]]), [{ event: 'message', data: lineOf(whole) }])
})

test('calls of the device go out as tool_calls, and then the end', async () => {
  const asks = part({ calls: [call('locate', { precise: 'yes' }, 'c')] })
  const end = part({ done: true })
  assert.deepEqual(await sent([[[asks], [end]]]), [
    { event: 'tool_calls', data: lineOf(asks) },
    { event: 'message', data: lineOf(end) },
  ])
})

test('calls in several lines go out line by line', async () => {
  const lines = [part({ calls: [call('locate')] }), part({ calls: [call('locate', { precise: 'no' })] })]
  const answer = await sent([[lines, [part({ done: true })]]])
  assert.deepEqual(
    answer.slice(0, 2),
    lines.map((one) => ({ event: 'tool_calls', data: lineOf(one) })),
  )
})

test('two lines that are the same, byte for byte, go out as two', async () => {
  const asks = part({ calls: [call('locate')] })
  const answer = await sent([[[asks, asks], [part({ done: true })]]])
  assert.deepEqual(
    answer.slice(0, 2),
    [asks, asks].map((one) => ({ event: 'tool_calls', data: lineOf(one) })),
  )
  assert.equal(answer.length, 3)
})

test('calls of resident tools, and of tools that nobody has, never reach the phone; the answer goes on', async () => {
  const asks = part({ text: 'Let me look.', calls: [call('weather', { city: 'Bonn' }), call('nothing')] })
  const end = part({ text: 'Sunny.', done: true })
  const answer = await sent([[[asks], [part({ done: true })]], [[end]]])
  assert.equal(message(answer[0]).content, 'Let me look.')
  assert.ok(!('tool_calls' in message(answer[0])))
  assert.deepEqual(answer.slice(1), [{ event: 'message', data: lineOf(end) }])
})

test('of a line with calls of both sides the phone gets its own', async () => {
  const asks = part({ calls: [call('weather'), call('locate', { precise: 'yes' }, 'c')] })
  const answer = await sent([[[asks], [part({ done: true })]]])
  assert.deepEqual(message(answer[0]).tool_calls, [call('locate', { precise: 'yes' }, 'c')])
  assert.deepEqual(
    answer.map(({ event }) => event),
    ['tool_calls', 'message'],
  )
})

test("arguments go out as the device's own schema has them", async () => {
  const asks = part({ calls: [call('locate', { precise: true }, 'c')] })
  const answer = await sent([[[asks], [part({ done: true })]]])
  assert.deepEqual(message(answer[0]).tool_calls, [call('locate', { precise: 'true' }, 'c')])
})

test('the text of a line with calls is told once, before them', async () => {
  const asks = part({ text: 'Let me look.', thinking: 'Hm', calls: [call('locate')] })
  const answer = await sent([[[asks], [part({ done: true })]]])
  assert.deepEqual(
    answer.map((one) => [
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

test('an answer that came whole, with text and calls, is told as text, calls and end', async () => {
  const whole = part({ text: 'Let me look.', calls: [call('locate')], done: true })
  const answer = await sent([[[whole]]])
  assert.deepEqual(
    answer.map((one) => [one.event, message(one).content, 'tool_calls' in message(one), isDone(one)]),
    [
      ['message', 'Let me look.', false, false],
      ['tool_calls', '', true, false],
      ['message', '', false, true],
    ],
  )
})

test('only the last step ends the stream: clients stop at the first line that is done', async () => {
  const asks = [[part({ calls: [call('weather')] })], [part({ text: 'Wait.', done: true })]]
  const answer = await sent([asks, asks, [[part({ text: 'Sunny.' })], [part({ done: true })]]])
  assert.deepEqual(
    answer.map((one) => [message(one).content, isDone(one)]),
    [
      ['Wait.', false],
      ['Wait.', false],
      ['Sunny.', false],
      ['', true],
    ],
  )
})

test('a failure is told as an error, on one line, and nothing after it', async () => {
  const answer = await sent([[[part({ text: 'It is' })], engineError('engine-failed', 'out\nof "memory"')]])
  assert.deepEqual(answer.at(-1), { event: 'error', data: '{"error":"out\\nof \\"memory\\""}' })
  assert.equal(answer.length, 2)
  assert.ok(!answer.some(isDone))
  assert.deepEqual(read(encodeError('a\r\nb')), [{ event: 'error', data: '{"error":"a\\r\\nb"}' }])
})

test('a turn that ended without words of its own is told in ours', () => {
  const encoder = createClassicEncoder()
  const text = encoder.encode([{ type: 'turn-end', status: 'cancelled' }], [])
  assert.deepEqual(read(text), [{ event: 'error', data: '{"error":"The turn was cancelled."}' }])
})

test('a carriage return between the tokens of a line does not split it', async () => {
  const spaced = parseLine('{"model":"m",\r "message":{"role":"assistant","content":"a\\rb"},"done":false}\r')
  const [first] = await sent([[[spaced], [part({ done: true })]]])
  assert.equal(message(first).content, 'a\rb')
})

test('an engine that does not speak lines sends nothing that a phone could not read', async () => {
  const mute = (one: ReturnType<typeof part>) => ({ ...one, line: null })
  const asks = [mute(part({ text: 'Hi', calls: [call('locate')] })), mute(part({ done: true }))]
  assert.deepEqual(await sent([[asks]]), [])
})

/** The names that a recorded answer calls. */
function calledIn(lines: readonly string[]): string[] {
  return lines.flatMap((line) => (parseLine(line).calls ?? []).map(({ name }) => name))
}

for (const { name, answer } of chatAnswers) {
  const lines = answer.toString().split('\n').filter(Boolean)
  const failed = lines.findIndex((line) => line.startsWith('{"error"'))
  const whole = failed < 0 ? lines : lines.slice(0, failed)

  test(`the recording "${name}" goes out line by line as it came, with all its tools on the device`, async () => {
    const parts = whole.map((line) => parseLine(line))
    const scene: Scene[] = [
      ...parts.map((one) => [one]),
      ...(failed < 0 ? [] : [engineError('engine-failed', 'died')]),
    ]
    const tools = [...new Set(calledIn(whole))].map(device)
    const answered = await sent([scene], tools)
    const told = answered.filter(({ event }) => event !== 'error')
    assert.deepEqual(
      told.map(({ data }) => data),
      whole,
    )
    assert.deepEqual(
      told.map(({ event }) => event),
      parts.map(({ calls }) => (calls ? 'tool_calls' : 'message')),
    )
    assert.equal(answered.length - told.length, failed < 0 ? 0 : 1)
    assert.equal(answered.filter(isDone).length, failed < 0 ? 1 : 0)
  })
}

test('the recorded steps of one question, its tool resident, go out as one answer', async () => {
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
  const told = [...first.filter((line) => !/tool_calls|"done":true/.test(line)), ...second]
  assert.deepEqual(
    read(text).map(({ data }) => data),
    told,
  )
})

test('whatever the model says and calls: one end, last; all text once; all calls of the device, and no others', async () => {
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
        [...begin, end].map((body, place): Scene => {
          const asked = body.names?.map((name) => call(name))
          return [part({ text: body.text, ...(asked && { calls: asked }), done: place === begin.length })]
        }),
      )
      // The last answer is said again and again where it calls tools; the step limit then ends the turn.
      const answered = await sent(scripts)
      const ended = answered.filter(({ event }) => event !== 'error')
      const failed = answered.length > ended.length
      assert.equal(ended.filter(isDone).length, failed ? 0 : 1)
      if (!failed) assert.ok(answered.at(-1) && isDone(answered.at(-1) ?? { event: '', data: '' }))
      const calls = ended.filter(({ event }) => event === 'tool_calls')
      for (const one of calls) {
        assert.equal(message(one).content, '')
        const asked = message(one).tool_calls
        assert.ok(Array.isArray(asked) && asked.length > 0)
        assert.ok(
          asked.every(
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
