import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { parseExact } from '../protocol/exact-json.ts'
import type { JsonObject } from '../protocol/json.ts'
import { callHash } from './call-hash.ts'

const argumentsOf = (text: string) => parseExact(text) as JsonObject

test('the hash of a call is that of its name and its arguments, as docs/native.md says', () => {
  const args = argumentsOf('{"to": ["b", "a"], "at": {"z": 3.10, "a": 12345678901234567890}}')
  const text = '["send",{"at":{"a":12345678901234567890,"z":3.10},"to":["b","a"]}]'
  assert.equal(callHash('send', args), createHash('sha256').update(text).digest('hex'))
})

test('the order of members does not change the hash of a call, and anything else does', () => {
  const hash = callHash('send', argumentsOf('{"a": 1, "b": [2, 3]}'))
  assert.equal(callHash('send', argumentsOf('{"b": [2, 3], "a": 1}')), hash)
  for (const other of [
    '{"a": 1, "b": [3, 2]}',
    '{"a": "1", "b": [2, 3]}',
    '{"a": 1}',
    '{"a": 1.0, "b": [2, 3]}',
  ])
    assert.notEqual(callHash('send', argumentsOf(other)), hash, other)
  assert.notEqual(callHash('sent', argumentsOf('{"a": 1, "b": [2, 3]}')), hash)
})
