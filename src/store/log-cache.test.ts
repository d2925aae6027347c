import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogMessage } from '../protocol/message.ts'
import { LogCache } from './log-cache.ts'

const said = (seq: number, turn: string, content = 'x'): LogMessage => ({
  ...{ seq, turn, content, role: 'user', complete: true, calls: [] },
})

test('the messages of earlier turns are remembered, those of the turn that begins are not', () => {
  const cache = new LogCache(10_000)
  cache.put('a', 'id', 'new', [said(1, 'old'), said(2, 'old'), said(3, 'new')])
  assert.deepEqual(cache.get('a')?.log, [said(1, 'old'), said(2, 'old')])
  assert.equal(cache.get('a')?.seq, 2)
  assert.equal(cache.get('b'), undefined)
})

test('what a withdrawn turn was begun with is forgotten: its begin may have closed calls that are open again', () => {
  const cache = new LogCache(10_000)
  cache.put('a', 'id', 'new', [said(1, 'old')])
  cache.withdraw('other')
  assert.ok(cache.get('a'))
  cache.withdraw('new')
  assert.equal(cache.get('a'), undefined)
})

test('past its size, the log that was begun with the longest ago is forgotten [bounded-memory]', () => {
  const cache = new LogCache(5_000)
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) cache.put(key, key, 'new', [said(1, 'old')])
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].filter((key) => cache.get(key)),
    ['a', 'c', 'd', 'e'],
  )
})

test('a log larger than the whole cache is not remembered, and pushes no other out', () => {
  const cache = new LogCache(10_000)
  cache.put('a', 'id', 'new', [said(1, 'old')])
  cache.put('b', 'id', 'new', [said(1, 'old', 'long '.repeat(1_000))])
  assert.ok(cache.get('a'))
  assert.equal(cache.get('b'), undefined)
})

test('new conversations fill the cache too, though nothing was said in them before', () => {
  const cache = new LogCache(100_000)
  for (let place = 0; place < 1_000; place++) cache.put(`${place}`, 'id', 'new', [said(1, 'new')])
  assert.equal(cache.get('0'), undefined)
  assert.ok(cache.get('999'))
})

test('without room, nothing is remembered', () => {
  const cache = new LogCache(0)
  cache.put('a', 'id', 'new', [said(1, 'old')])
  cache.put('b', 'id', 'new', [said(1, 'new')])
  assert.deepEqual([cache.get('a'), cache.get('b')], [undefined, undefined])
})
