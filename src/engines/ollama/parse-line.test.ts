import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { recordings } from '../../../test/support/ollama/recordings.ts'
import { ChatterdError } from '../../protocol/errors.ts'
import { parseLine } from './parse-line.ts'

function failsWith(message: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof ChatterdError && error.code === 'engine-failed' && message.test(error.message)
}

test('text and thinking are parsed, and the line is unchanged', () => {
  const line =
    '{"model":"m",  "message":{"role":"assistant","content":" Hi","thinking":"Hm"},"done":false,"extra":1}'
  assert.deepEqual(parseLine(line), { line, text: ' Hi', thinking: 'Hm' })
})

/** What comes of a line: the part without the line, or the error. */
function outcomeOf(line: string): unknown {
  try {
    return { ...parseLine(line), line: undefined }
  } catch (error) {
    return error instanceof ChatterdError ? `${error.code}: ${error.message}` : error
  }
}

/** Lines as Ollama writes them, and some that are nearly so. */
const nearlyPlain = fc
  .tuple(
    fc.record({
      model: fc.string(),
      created_at: fc.string(),
      message: fc.record(
        { role: fc.constant('assistant'), content: fc.string({ unit: 'binary' }), thinking: fc.string() },
        { requiredKeys: ['role', 'content'] },
      ),
      done: fc.constant(false),
    }),
    fc.option(
      fc.tuple(fc.nat(), fc.nat(2), fc.constantFrom('', '"', '\\', ',', '}', '\n', 'x', '"error":1,')),
    ),
  )
  .map(([line, change]) => {
    const text = JSON.stringify(line)
    if (!change) return text
    const at = change[0] % text.length
    return text.slice(0, at) + change[2] + text.slice(at + change[1])
  })

test('spaces between its tokens change nothing of what a line says, whatever it is', () => {
  const lines = recordings.flatMap(({ answer }) => answer.toString().trimEnd().split('\n'))
  const check = (line: string) => {
    const outcome = outcomeOf(line)
    assert.deepEqual(outcome, outcomeOf(` ${line}`), line)
    if (typeof outcome === 'object') JSON.parse(line)
  }
  lines.forEach(check)
  fc.assert(fc.property(nearlyPlain, check), { numRuns: 2_000 })
})

test('an empty text is left out', () => {
  const line = '{"message":{"role":"assistant","content":""},"done":false}'
  assert.deepEqual(parseLine(line), { line })
})

test('calls have their arguments unchanged, and no id where Ollama sends none', () => {
  const calls = [
    {
      id: 'call_1',
      function: { index: 0, name: 'get_weather', arguments: { latitude: 48.85, deep: [true, null] } },
    },
    { function: { name: 'get_time', arguments: '{"zone":"UTC"}' } },
    { id: '', function: { name: 'get_location' } },
  ]
  const part = parseLine(
    JSON.stringify({ message: { role: 'assistant', content: '', tool_calls: calls }, done: false }),
  )
  assert.deepEqual(part.calls, [
    { id: 'call_1', name: 'get_weather', arguments: { latitude: 48.85, deep: [true, null] } },
    { name: 'get_time', arguments: '{"zone":"UTC"}' },
    { name: 'get_location', arguments: undefined },
  ])
})

test('log probabilities of tokens are read, without what has another form', () => {
  const top_logprobs = [{ token: ' a', logprob: -0.25, bytes: [32, 97] }, { token: ' b' }, null]
  const logprobs = [
    { token: ' a', logprob: -0.25, bytes: [32, 97], top_logprobs },
    { token: '\ufffd', logprob: -1e-9, bytes: null },
    { token: 1, logprob: 0 },
    'rubbish',
  ]
  const line = JSON.stringify({ message: { content: ' a' }, done: false, logprobs })
  const read = { token: ' a', logprob: -0.25, bytes: [32, 97] }
  assert.deepEqual(parseLine(line).logprobs, [
    { ...read, topLogprobs: [read] },
    { token: '\ufffd', logprob: -1e-9 },
  ])
})

test('the last line has the reason, and the usage with times in milliseconds', () => {
  const part = parseLine(
    '{"message":{"role":"assistant","content":""},"done":true,"done_reason":"length","total_duration":220500000,"load_duration":45500000,"prompt_eval_count":14,"prompt_eval_duration":54157386,"eval_count":8,"eval_duration":114000000}',
  )
  assert.deepEqual(part.done, {
    reason: 'length',
    usage: {
      promptTokens: 14,
      outputTokens: 8,
      promptMs: 54.157386,
      outputMs: 114,
      loadMs: 45.5,
      totalMs: 220.5,
    },
  })
})

test('a last line without counts has an empty usage', () => {
  assert.deepEqual(parseLine('{"done":true,"done_reason":"load"}').done, { reason: 'load', usage: {} })
})

test("an error line is an error with Ollama's message", () => {
  assert.throws(
    () => parseLine('{"error":"model runner has unexpectedly stopped","status":500}'),
    failsWith(/^model runner has/),
  )
})

for (const line of [
  '{"error":{"message":"model runner has stopped"}}',
  '{"error":"{\\"error\\":\\"model runner has stopped\\"}"}',
  '{"object":"error","message":"model runner has stopped"}',
  '{"detail":"model runner has stopped"}',
]) {
  test(`the line ${line} is an error in words`, () => {
    assert.throws(() => parseLine(line), failsWith(/^model runner has stopped$/))
  })
}

test('an error under another key is an error', () => {
  const line = '{"error parsing tool call":"invalid character"}'
  assert.throws(() => parseLine(line), failsWith(/^error parsing tool call: invalid character$/))
})

const malformed: [line: string, message: RegExp][] = [
  ['<html>', /no JSON: <html>/],
  ['{"message":', /no JSON$/],
  ['[1]', /no object$/],
  ['null', /no object/],
  ['"text"', /no object$/],
  ['{"message":{"tool_calls":[{"function":{"arguments":{}}}]}}', /call without a name/],
  ['{"message":{"tool_calls":[null]}}', /call without a name/],
]
for (const [line, message] of malformed) {
  test(`the line ${line} is refused`, () => {
    assert.throws(() => parseLine(line), failsWith(message))
  })
}

test('a line with calls that has too many levels or values is refused in words, also where nobody reads them', () => {
  const line = (args: string, rest = '') =>
    `{"message":{"role":"assistant","content":"","tool_calls":[{"function":{"name":"f","arguments":${args}}}]}${rest},"done":false}`
  const deep = `${'['.repeat(5_000)}1${']'.repeat(5_000)}`
  const refusals: [string, RegExp][] = [
    [line(`{"a":1.0,"b":${deep}}`), /more than 100 levels/],
    [line('{"a":1.0}', `,"b":${deep}`), /more than 200 levels/],
    [line(`{"a":[${'1.0,'.repeat(60_000)}1]}`), /more than 50000 values/],
  ]
  for (const [text, words] of refusals)
    assert.throws(() => parseLine(text), { code: 'engine-failed', message: words })
  assert.equal(parseLine(line('{"a":[1.0]}')).calls?.length, 1)
})

test('counts that are none and probabilities that no double holds are left out', () => {
  const usage = '"prompt_eval_count":1e400,"eval_count":-5,"load_duration":1e400,"total_duration":2000000'
  const logprobs = '"logprobs":[{"token":"a","logprob":-1e999},{"token":"b","logprob":-0.5}]'
  const part = parseLine(`{"message":{"content":"x"},${logprobs},${usage},"done":true}`)
  assert.deepEqual(part.done?.usage, { totalMs: 2 })
  assert.deepEqual(part.logprobs, [{ token: 'b', logprob: -0.5 }])
})
