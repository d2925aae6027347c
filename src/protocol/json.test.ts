import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTooDeep } from './json.ts'

test('levels of objects and of arrays count alike', () => {
  const deep = { a: [{ b: 1 }] }
  assert.equal(isTooDeep(deep, 3), false)
  assert.equal(isTooDeep(deep, 2), true)
  assert.equal(isTooDeep('text', 0), false)
})

test('JSON that is too deep for a recursion is found without recursing to its end', () => {
  assert.equal(isTooDeep(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000))), true)
})
