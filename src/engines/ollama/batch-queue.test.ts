import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BatchQueue, createBatchQueue } from './batch-queue.ts'

function start(maxBytes = 10): { queue: BatchQueue<number>; told: string[] } {
  const told: string[] = []
  const queue = createBatchQueue<number>({
    maxBytes,
    onFull: () => told.push('full'),
    onDrained: () => told.push('drained'),
    onLeave: () => told.push('left'),
  })
  return { queue, told }
}

test('the reader gets all that is there as one batch, in order', async () => {
  const { queue } = start()
  queue.push([1, 2], 2)
  queue.push([3], 1)
  assert.deepEqual(await queue.iterator.next(), { done: false, value: [1, 2, 3] })
})

test('a reader who waits gets all that one read brought, though it was pushed piece by piece', async () => {
  const { queue } = start()
  const next = queue.iterator.next()
  queue.push([1], 1)
  queue.push([2], 1)
  assert.deepEqual(await next, { done: false, value: [1, 2] })
})

test('the end and an error come after what is there', async () => {
  const { queue: ended } = start()
  ended.push([1], 1)
  ended.end()
  assert.deepEqual(await ended.iterator.next(), { done: false, value: [1] })
  assert.deepEqual(await ended.iterator.next(), { done: true, value: undefined })

  const { queue: failed } = start()
  failed.push([1], 1)
  failed.fail(new Error('broken'))
  assert.deepEqual(await failed.iterator.next(), { done: false, value: [1] })
  await assert.rejects(failed.iterator.next(), /broken/)
  assert.deepEqual(await failed.iterator.next(), { done: true, value: undefined })
})

test('an abort comes before what is there', async () => {
  const { queue } = start()
  queue.push([1], 1)
  queue.abort(new Error('stop'))
  await assert.rejects(queue.iterator.next(), /stop/)
})

test('a reader who waits is told of the end, and of an error', async () => {
  const { queue: ended } = start()
  const end = ended.iterator.next()
  ended.end()
  assert.equal((await end).done, true)

  const { queue: failed } = start()
  const failure = failed.iterator.next()
  failed.fail(new Error('broken'))
  await assert.rejects(failure, /broken/)
})

test('only the first end counts, and nothing is taken after it', async () => {
  const { queue } = start()
  queue.end()
  queue.fail(new Error('late'))
  queue.push([1], 1)
  assert.equal((await queue.iterator.next()).done, true)
})

test('more bytes than the bound stop the source once, reading starts it again', async () => {
  const { queue, told } = start(10)
  queue.push([1], 10)
  assert.deepEqual(told, [])
  queue.push([2], 1)
  queue.push([3], 100)
  assert.deepEqual(told, ['full'])
  await queue.iterator.next()
  assert.deepEqual(told, ['full', 'drained'])
  queue.push([4], 11)
  assert.deepEqual(told, ['full', 'drained', 'full'])
})

test('what the source brings while it is started again is part of the next batch', async () => {
  const queue: BatchQueue<number> = createBatchQueue<number>({
    maxBytes: 1,
    onFull: () => undefined,
    onDrained: () => queue.push([2], 1),
    onLeave: () => undefined,
  })
  queue.push([1], 2)
  assert.deepEqual((await queue.iterator.next()).value, [1])
  assert.deepEqual((await queue.iterator.next()).value, [2])
})

test('a reader who leaves ends it, also one who waits', async () => {
  const { queue, told } = start()
  const next = queue.iterator.next()
  await queue.iterator.return()
  assert.equal((await next).done, true)
  assert.deepEqual(told, ['left'])
  queue.push([1], 1)
  assert.equal((await queue.iterator.next()).done, true)
})

test('two reads at once are refused', async () => {
  const { queue } = start()
  const first = queue.iterator.next()
  await assert.rejects(queue.iterator.next(), /under way/)
  queue.end()
  await first
})
