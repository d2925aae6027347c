import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeCursor, encodeCursor } from './cursor.ts'

const id = '0194d3c0-0000-7000-8000-000000000001'
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a cursor is decoded to the position that it was made from, in every form of the database for times', () => {
  for (const updatedAt of [
    '2026-02-28T23:59:59.123456Z',
    '2026-02-28 23:59:59.123456+00',
    '2024-02-29T00:00:00+05:30',
  ]) {
    const text = encodeCursor({ updatedAt, id })
    assert.match(text, /^[\w-]+$/)
    assert.deepEqual(decodeCursor(text), { updatedAt, id })
  }
})

test('a malformed cursor is refused before it reaches the database', () => {
  const broken = [
    '',
    '!',
    'null',
    encode([]),
    encode({ updatedAt: '2026-02-28T23:59:59Z', id }),
    encode(['2026-02-28T23:59:59Z']),
    encode(['2026-02-30T23:59:59Z', id]),
    encode(['2026-13-01T23:59:59Z', id]),
    encode(['2026-02-28T24:00:00Z', id]),
    encode(['0000-02-28T23:59:59Z', id]),
    encode(['2026-02-28T23:59:59+99', id]),
    encode(['now', id]),
    encode(['2026-02-28T23:59:59Z', "'; drop table"]),
    encode([1, 2]),
  ]
  for (const text of broken) assert.throws(() => decodeCursor(text), { code: 'invalid-request' }, text)
})
