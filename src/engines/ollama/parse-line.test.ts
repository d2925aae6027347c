import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChatterdError } from '../../protocol/errors.ts'
import { parseLine } from './parse-line.ts'

function failsWith(words: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof ChatterdError && error.code === 'engine-failed' && words.test(error.message)
}

test('text and thinking are read, and the line stays as it came', () => {
  const line =
    '{"model":"m",  "message":{"role":"assistant","content":" Hi","thinking":"Hm"},"done":false,"extra":1}'
  assert.deepEqual(parseLine(line), { line, text: ' Hi', thinking: 'Hm' })
})

test('an empty text is no text', () => {
  const line = '{"message":{"role":"assistant","content":""},"done":false}'
  assert.deepEqual(parseLine(line), { line })
})

test('calls keep their arguments as given, and have no id where there is none', () => {
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

test('the last line tells why it ended, and the costs in milliseconds', () => {
  const part = parseLine(
    '{"message":{"role":"assistant","content":""},"done":true,"done_reason":"length","prompt_eval_count":14,"prompt_eval_duration":54157386,"eval_count":8,"eval_duration":114000000}',
  )
  assert.deepEqual(part.done, {
    reason: 'length',
    usage: { promptTokens: 14, outputTokens: 8, promptMs: 54.157386, outputMs: 114 },
  })
})

test('a last line without counts has none', () => {
  assert.deepEqual(parseLine('{"done":true,"done_reason":"load"}').done, { reason: 'load', usage: {} })
})

test("an error line is an error in Ollama's words", () => {
  assert.throws(
    () => parseLine('{"error":"model runner has unexpectedly stopped","status":500}'),
    failsWith(/^model runner has/),
  )
})

const unreadable: [line: string, words: RegExp][] = [
  ['<html>', /no JSON: <html>/],
  ['{"message":', /no JSON/],
  ['[1]', /no object/],
  ['null', /no object/],
  ['"text"', /no object/],
  ['{"message":{"tool_calls":[{"function":{"arguments":{}}}]}}', /call without a name/],
  ['{"message":{"tool_calls":[null]}}', /call without a name/],
]
for (const [line, words] of unreadable) {
  test(`the line ${line} is refused with words`, () => {
    assert.throws(() => parseLine(line), failsWith(words))
  })
}
