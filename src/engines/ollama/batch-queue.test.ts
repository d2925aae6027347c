import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BatchQueue, createBatchQueue } from './batch-queue.ts'

function start(maxBytes = 10): { queue: BatchQueue<number>; calls: string[] } {
  const calls: string[] = []
  const queue = createBatchQueue<number>({
    maxBytes,
    onFull: () => calls.push('full'),
    onDrained: () => calls.push('drained'),
    onReturn: () => calls.push('returned'),
  })
  return { queue, calls }
}

test('the reader gets all queued items as one batch, in order', async () => {
  const { queue } = start()
  queue.push([1, 2], 2)
  queue.push([3], 1)
  assert.deepEqual(await queue.iterator.next(), { done: false, value: [1, 2, 3] })
})

test('a waiting reader gets all items that are pushed at the same time as one batch', async () => {
  const { queue } = start()
  const next = queue.iterator.next()
  queue.push([1], 1)
  queue.push([2], 1)
  assert.deepEqual(await next, { done: false, value: [1, 2] })
})

test('the end and an error come after the queued items', async () => {
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

test('an abort comes before the queued items', async () => {
  const { queue } = start()
  queue.push([1], 1)
  queue.abort(new Error('stop'))
  await assert.rejects(queue.iterator.next(), /stop/)
})

test('a waiting reader gets the end and an error', async () => {
  const { queue: ended } = start()
  const end = ended.iterator.next()
  ended.end()
  assert.equal((await end).done, true)

  const { queue: failed } = start()
  const failure = failed.iterator.next()
  failed.fail(new Error('broken'))
  await assert.rejects(failure, /broken/)
})

test('only the first end counts, and items after it are ignored', async () => {
  const { queue } = start()
  queue.end()
  queue.fail(new Error('late'))
  queue.push([1], 1)
  assert.equal((await queue.iterator.next()).done, true)
})

test('more unread bytes than the limit pause the source once, and reading resumes it', async () => {
  const { queue, calls } = start(10)
  queue.push([1], 10)
  assert.deepEqual(calls, [])
  queue.push([2], 1)
  queue.push([3], 100)
  assert.deepEqual(calls, ['full'])
  await queue.iterator.next()
  assert.deepEqual(calls, ['full', 'drained'])
  queue.push([4], 11)
  assert.deepEqual(calls, ['full', 'drained', 'full'])
})

test('items that are pushed while the source resumes are in the next batch', async () => {
  const queue: BatchQueue<number> = createBatchQueue<number>({
    maxBytes: 1,
    onFull: () => undefined,
    onDrained: () => queue.push([2], 1),
    onReturn: () => undefined,
  })
  queue.push([1], 2)
  assert.deepEqual((await queue.iterator.next()).value, [1])
  assert.deepEqual((await queue.iterator.next()).value, [2])
})

test('a reader that returns ends the queue, also while it waits', async () => {
  const { queue, calls } = start()
  const next = queue.iterator.next()
  await queue.iterator.return()
  assert.equal((await next).done, true)
  assert.deepEqual(calls, ['returned'])
  queue.push([1], 1)
  assert.equal((await queue.iterator.next()).done, true)
})

test('a second read at the same time is refused', async () => {
  const { queue } = start()
  const first = queue.iterator.next()
  await assert.rejects(queue.iterator.next(), /in progress/)
  queue.end()
  await first
})
