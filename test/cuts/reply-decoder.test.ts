import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeReads as decode } from '../support/ollama/decode-reads.ts'
import { chatAnswers } from '../support/ollama/recordings.ts'
import { testSize } from '../support/test-size.ts'

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
