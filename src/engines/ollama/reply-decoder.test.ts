import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeReads as decode } from '../../../test/support/ollama/decode-reads.ts'
import { chatAnswers, recording } from '../../../test/support/ollama/recordings.ts'

for (const { name, answer } of chatAnswers) {
  const whole = decode([answer])

  test(`the reply "${name}" is decoded into its lines, byte for byte`, () => {
    const lines = answer.toString().split('\n')
    assert.deepEqual(
      whole.parts.map(({ line }) => line),
      lines.filter((line) => line !== '' && !line.startsWith('{"error"')),
    )
  })

  test(`the reply "${name}" is the same with one byte in each read`, () => {
    assert.deepEqual(decode(Array.from(answer, (byte) => Buffer.of(byte))), whole)
  })
}

test('a reply with text and then an error line is decoded into the text, then the error', () => {
  const { parts, error } = decode([recording('error-runner-died').answer])
  assert.ok(parts.length > 10)
  assert.equal(error?.code, 'engine-failed')
  assert.equal(error?.message, 'an error was encountered while running the model: unexpected EOF')
})

test('text, then two calls in two lines', () => {
  const { parts } = decode([recording('text-then-two-calls').answer])
  assert.equal(parts.map((part) => part.text ?? '').join(''), ' I will look up both.\n')
  assert.deepEqual(
    parts.flatMap((part) => part.calls ?? []),
    [
      { id: 'call_6xeudbec', name: 'get_weather', arguments: { latitude: 48.85, longitude: 2.35 } },
      { id: 'call_30t71tkf', name: 'get_weather', arguments: { latitude: 52.52, longitude: 13.4 } },
    ],
  )
})

test('a reply that only loaded the model is an error: there was nothing to answer', () => {
  const { parts, error } = decode([recording('load').answer])
  assert.deepEqual(parts, [])
  assert.equal(error?.code, 'engine-refused')
  assert.match(error?.message ?? '', /nothing to answer/)
})

test('bytes after the last line are ignored', () => {
  const { answer } = recording('text')
  assert.deepEqual(
    decode([Buffer.concat([answer, Buffer.from('{"error":"late"}\nrubbish\n')])]),
    decode([answer]),
  )
})

test('a reply without its last line is an engine-cut error', () => {
  const { error } = decode([Buffer.from('{"message":{"content":"Hi"},"done":false}\n')])
  assert.equal(error?.code, 'engine-cut')
})

test('a last line that is not JSON is quoted in the error', () => {
  const { error } = decode([Buffer.from('upstream went away')])
  assert.equal(error?.code, 'engine-failed')
  assert.match(error?.message ?? '', /upstream went away/)
})

test('lines before one that is too long are decoded', () => {
  const { parts, error } = decode([Buffer.from(`{"message":{"content":"Hi"}}\n${'x'.repeat(100)}`)], 50)
  assert.equal(parts.length, 1)
  assert.equal(error?.code, 'engine-failed')
})
