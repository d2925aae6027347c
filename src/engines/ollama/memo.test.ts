import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemo } from './memo.ts'

test('a value is cached for its life', async () => {
  let time = 0
  let fetches = 0
  const memo = createMemo<number>({ lifeMs: () => 10, maxEntries: 5, now: () => time })
  const fetchValue = async (): Promise<number> => {
    fetches += 1
    return fetches
  }
  assert.equal(await memo.get('a', fetchValue), 1)
  time = 9
  assert.equal(await memo.get('a', fetchValue), 1)
  time = 10
  assert.equal(await memo.get('a', fetchValue), 2)
  assert.equal(await memo.get('b', fetchValue), 3)
})

test('calls for the same key at the same time share one fetch', async () => {
  const memo = createMemo<string>({ lifeMs: () => 0, maxEntries: 5, now: () => 0 })
  const { promise, resolve } = Promise.withResolvers<string>()
  let fetches = 0
  const fetchValue = (): Promise<string> => {
    fetches += 1
    return promise
  }
  const both = Promise.all([memo.get('a', fetchValue), memo.get('a', fetchValue)])
  resolve('yes')
  assert.deepEqual(await both, ['yes', 'yes'])
  assert.equal(fetches, 1)
  await memo.get('a', fetchValue)
  assert.equal(fetches, 2)
})

test('a failure rejects all calls that share it, and is not cached', async () => {
  const memo = createMemo<string>({ lifeMs: () => 10, maxEntries: 5, now: () => 0 })
  const failing = (): Promise<string> => Promise.reject(new Error('away'))
  const both = [memo.get('a', failing), memo.get('a', failing)]
  for (const one of both) await assert.rejects(one, /away/)
  assert.equal(await memo.get('a', async () => 'back'), 'back')
})

test('at most `maxEntries` values are cached, and the oldest is dropped first', async () => {
  const memo = createMemo<string>({ lifeMs: () => 10, maxEntries: 2, now: () => 0 })
  for (const key of ['a', 'b', 'c']) await memo.get(key, async () => key)
  assert.equal(await memo.get('c', async () => 'fetched'), 'c')
  assert.equal(await memo.get('a', async () => 'fetched'), 'fetched')
})
