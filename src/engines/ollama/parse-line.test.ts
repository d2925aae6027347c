import assert from 'node:assert/strict'
import { test } from 'node:test'
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
