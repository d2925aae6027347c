import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from './uuidv7.ts'

test('an id is a UUID of version 7 that begins with its time', () => {
  const id = uuidv7(0x0123456789ab)
  assert.match(id, /^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('ids of one millisecond differ', () => {
  assert.equal(new Set(Array.from({ length: 1_000 }, () => uuidv7(1))).size, 1_000)
})
