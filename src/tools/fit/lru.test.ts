import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLru } from './lru.ts'

test('what was asked for last is remembered, what was not asked for the longest is forgotten', () => {
  const made: string[] = []
  const remember = createLru<string>(2)
  const ask = (key: string) => {
    const value = remember(key, () => {
      made.push(key)
      return key.toUpperCase()
    })
    assert.equal(value, key.toUpperCase())
  }
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) ask(key)
  assert.deepEqual(made, ['a', 'b', 'c', 'b'])
})
