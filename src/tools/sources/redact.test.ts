import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRedact } from './redact.ts'

test('secrets are replaced as they are, and as URLs and JSON have them; texts of less than 4 characters are none', () => {
  const redact = createRedact(['pass word/"1"', 'abc', 'lone\ud800'])
  const text = 'pass word/"1" abc pass%20word%2F%221%22 pass word/\\"1\\" lone\ud800'
  assert.equal(redact(text), '*** abc *** *** ***')
})

test('of secrets that are part of each other, the longest is replaced', () => {
  assert.equal(createRedact(['token', 'token-of-ann'])('token-of-ann, token'), '***, ***')
})

test('what a cut has left of a secret is replaced, the longest part first', () => {
  const redact = createRedact(['xx-token', 'my-long-token', 'tokens-of-all'])
  assert.equal(redact('long-token is wrong', 'start'), '*** is wrong')
  assert.equal(redact('the key is tokens-of', 'end'), 'the key is ***')
  assert.equal(redact('the key is my', 'end'), 'the key is my')
  assert.equal(redact('long-token is wrong', 'end'), 'long-token is wrong')
})
