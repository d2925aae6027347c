import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogMessage } from '../protocol/message.ts'
import { LogCache } from './log-cache.ts'

const message = (seq: number, turn: string, content = 'x'): LogMessage => ({
  ...{ seq, turn, content, role: 'user', complete: true, calls: [] },
})

const put = (cache: LogCache, key: string, conversation: string, id: string, log: LogMessage[]) =>
  cache.put(
    key,
    { conversation, version: 0, tools: [], bytes: 0 },
    { id, branch: 1, log, pinned: 0, promptFrom: 1 },
  )

test('the messages of earlier turns are cached, those of the turn that begins are not', () => {
  const cache = new LogCache(10_000)
  put(cache, 'a', 'id', 'new', [message(1, 'old'), message(2, 'old'), message(3, 'new')])
  assert.deepEqual(cache.get('a')?.log, [message(1, 'old'), message(2, 'old')])
  assert.equal(cache.get('a')?.seq, 2)
  assert.equal(cache.get('b'), undefined)
})

test('the log that a withdrawn turn began with is removed: its beginning may have closed calls that are open again', () => {
  const cache = new LogCache(10_000)
  put(cache, 'a', 'id', 'new', [message(1, 'old')])
  cache.withdraw('other')
  assert.ok(cache.get('a'))
  cache.withdraw('new')
  assert.equal(cache.get('a'), undefined)
})

test('above its size, the log whose last turn began the longest ago is removed [bounded-memory]', () => {
  const cache = new LogCache(5_000)
  for (const key of ['a', 'b', 'c', 'a', 'd', 'e']) put(cache, key, key, 'new', [message(1, 'old')])
  assert.deepEqual(
    ['a', 'b', 'c', 'd', 'e'].filter((key) => cache.get(key)),
    ['a', 'c', 'd', 'e'],
  )
})

test('a log larger than the whole cache is not cached, and no other is removed', () => {
  const cache = new LogCache(10_000)
  put(cache, 'a', 'id', 'new', [message(1, 'old')])
  put(cache, 'b', 'id', 'new', [message(1, 'old', 'long '.repeat(1_000))])
  assert.ok(cache.get('a'))
  assert.equal(cache.get('b'), undefined)
})

test('new conversations, which have no messages yet, fill the cache too', () => {
  const cache = new LogCache(100_000)
  for (let index = 0; index < 1_000; index++) put(cache, `${index}`, 'id', 'new', [message(1, 'new')])
  assert.equal(cache.get('0'), undefined)
  assert.ok(cache.get('999'))
})

test('a cache of size 0 is always empty', () => {
  const cache = new LogCache(0)
  put(cache, 'a', 'id', 'new', [message(1, 'old')])
  put(cache, 'b', 'id', 'new', [message(1, 'new')])
  assert.deepEqual([cache.get('a'), cache.get('b')], [undefined, undefined])
})
