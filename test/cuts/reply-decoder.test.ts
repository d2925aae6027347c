import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReplyDecoder } from '../../src/engines/ollama/reply-decoder.ts'
import { ChatterdError } from '../../src/protocol/errors.ts'
import type { EnginePart } from '../../src/turn/ports/engine.ts'
import { chatAnswers } from '../support/ollama/recordings.ts'
import { testSize } from '../support/test-size.ts'

/** Decodes reads to their parts, and the error that ended them. */
function decode(reads: Buffer[]): { parts: EnginePart[]; error: ChatterdError | undefined } {
  const parts: EnginePart[] = []
  const decoder = createReplyDecoder({ maxLineBytes: 64 * 1024, onPart: (part) => parts.push(part) })
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

  test(`the reply "${name}" is the same however it is split into two reads`, () => {
    for (let split = 0; split <= answer.length; split += testSize.cutEvery) {
      assert.equal(JSON.stringify(decode([answer.subarray(0, split), answer.subarray(split)])), wholeText)
    }
  })

  test(`the reply "${name}" that breaks off anywhere is an error, and has no incomplete part`, () => {
    const partTexts = whole.parts.map((part) => JSON.stringify(part))
    // A reply is whole without its last line end.
    for (let length = 0; length < answer.toString().trimEnd().length; length += testSize.cutEvery) {
      const { parts, error } = decode([answer.subarray(0, length)])
      assert.equal(error?.code, lastLineIsWhole(answer, length) ? whole.error?.code : 'engine-cut')
      for (const [index, part] of parts.entries()) assert.equal(JSON.stringify(part), partTexts[index])
    }
  })
}

function lastLineIsWhole(answer: Buffer, length: number): boolean {
  return length >= Buffer.from(answer.toString().trimEnd()).length
}
