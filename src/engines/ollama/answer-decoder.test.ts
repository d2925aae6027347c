import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatAnswers, recording } from '../../../test/fixtures/ollama/recordings.ts'
import { ChatterdError } from '../../protocol/errors.ts'
import type { EnginePart } from '../../turn/ports/engine.ts'
import { createAnswerDecoder } from './answer-decoder.ts'

/** Decodes reads to their parts, and the error that ended them. */
function decode(
  reads: Buffer[],
  maxLineBytes = 64 * 1024,
): { parts: EnginePart[]; error: ChatterdError | undefined } {
  const parts: EnginePart[] = []
  const decoder = createAnswerDecoder({ maxLineBytes, onPart: (part) => parts.push(part) })
  try {
    for (const read of reads) decoder.feed(read)
    decoder.end()
  } catch (error) {
    assert.ok(error instanceof ChatterdError)
    return { parts, error }
  }
  return { parts, error: undefined }
}

for (const { name, answer } of chatAnswers) {
  const whole = decode([answer])
  const wholeText = JSON.stringify(whole)

  test(`the answer "${name}" gives each of its lines, byte for byte`, () => {
    const lines = answer.toString().split('\n')
    assert.deepEqual(
      whole.parts.map(({ line }) => line),
      lines.filter((line) => line !== '' && !line.startsWith('{"error"')),
    )
  })

  test(`the answer "${name}" is the same however it is cut into two reads`, () => {
    for (let cut = 0; cut <= answer.length; cut += 1) {
      assert.equal(JSON.stringify(decode([answer.subarray(0, cut), answer.subarray(cut)])), wholeText)
    }
  })

  test(`the answer "${name}" is the same a byte a read`, () => {
    assert.deepEqual(decode(Array.from(answer, (byte) => Buffer.of(byte))), whole)
  })

  test(`the answer "${name}" that breaks off anywhere is an error, and no part of it is half`, () => {
    const partTexts = whole.parts.map((part) => JSON.stringify(part))
    // Without its last line end an answer is whole.
    for (let length = 0; length < answer.toString().trimEnd().length; length += 1) {
      const { parts, error } = decode([answer.subarray(0, length)])
      assert.equal(error?.code, lastLineIsWhole(answer, length) ? whole.error?.code : 'engine-cut')
      for (const [index, part] of parts.entries()) assert.equal(JSON.stringify(part), partTexts[index])
    }
  })
}

function lastLineIsWhole(answer: Buffer, length: number): boolean {
  return length >= Buffer.from(answer.toString().trimEnd()).length
}

test('an answer that is an error line after text gives the text, then the words', () => {
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

test('what comes after the last line is ignored', () => {
  const { answer } = recording('text')
  assert.deepEqual(
    decode([Buffer.concat([answer, Buffer.from('{"error":"late"}\nrubbish\n')])]),
    decode([answer]),
  )
})

test('an answer without its last line is cut', () => {
  const { error } = decode([Buffer.from('{"message":{"content":"Hi"},"done":false}\n')])
  assert.equal(error?.code, 'engine-cut')
})

test('a last line that was never JSON is named', () => {
  const { error } = decode([Buffer.from('upstream went away')])
  assert.equal(error?.code, 'engine-failed')
  assert.match(error?.message ?? '', /upstream went away/)
})

test('lines before one that is too long are given', () => {
  const { parts, error } = decode([Buffer.from(`{"message":{"content":"Hi"}}\n${'x'.repeat(100)}`)], 50)
  assert.equal(parts.length, 1)
  assert.equal(error?.code, 'engine-failed')
})
