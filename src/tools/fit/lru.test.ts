import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLru } from './lru.ts'

test('the values that were used last are cached, and the one used least recently is dropped', () => {
  const created: string[] = []
  const getOrCreate = createLru<string>(2)
  const use = (key: string) => {
    const value = getOrCreate(key, () => {
      created.push(key)
      return key.toUpperCase()
    })
    assert.equal(value, key.toUpperCase())
  }
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) use(key)
  assert.deepEqual(created, ['a', 'b', 'c', 'b'])
})
