import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemo } from './memo.ts'

test('an answer is remembered for its time', async () => {
  let time = 0
  let asked = 0
  const memo = createMemo<number>({ keepMs: () => 10, maxEntries: 5, now: () => time })
  const ask = async (): Promise<number> => {
    asked += 1
    return asked
  }
  assert.equal(await memo.get('a', ask), 1)
  time = 9
  assert.equal(await memo.get('a', ask), 1)
  time = 10
  assert.equal(await memo.get('a', ask), 2)
  assert.equal(await memo.get('b', ask), 3)
})

test('those who ask at once share one question', async () => {
  const memo = createMemo<string>({ keepMs: () => 0, maxEntries: 5, now: () => 0 })
  const { promise, resolve } = Promise.withResolvers<string>()
  let asked = 0
  const ask = (): Promise<string> => {
    asked += 1
    return promise
  }
  const both = Promise.all([memo.get('a', ask), memo.get('a', ask)])
  resolve('yes')
  assert.deepEqual(await both, ['yes', 'yes'])
  assert.equal(asked, 1)
  await memo.get('a', ask)
  assert.equal(asked, 2)
})

test('a failure is told to all who asked, and not remembered', async () => {
  const memo = createMemo<string>({ keepMs: () => 10, maxEntries: 5, now: () => 0 })
  const failing = (): Promise<string> => Promise.reject(new Error('away'))
  const both = [memo.get('a', failing), memo.get('a', failing)]
  for (const one of both) await assert.rejects(one, /away/)
  assert.equal(await memo.get('a', async () => 'back'), 'back')
})

test('no more than the bound is remembered, the oldest goes first', async () => {
  const memo = createMemo<string>({ keepMs: () => 10, maxEntries: 2, now: () => 0 })
  for (const key of ['a', 'b', 'c']) await memo.get(key, async () => key)
  assert.equal(await memo.get('c', async () => 'asked'), 'c')
  assert.equal(await memo.get('a', async () => 'asked'), 'asked')
})
