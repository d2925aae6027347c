import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../../test/live-process.ts'
import { Signals, wokenOrAfter } from './signals.ts'

const never = new AbortController().signal

/** Tells later whether it has resolved. */
function watch(promise: Promise<void>): () => Promise<boolean> {
  let done = false
  void promise.then(() => {
    done = true
  })
  return async () => {
    await settle()
    return done
  }
}

test('what is told wakes all who listen to it, and nobody else', async () => {
  const signals = new Signals()
  const [one, other, else_] = ['a', 'a', 'b'].map((topic) => watch(signals.listen(topic).woken))
  signals.tell('a')
  assert.deepEqual([await one?.(), await other?.(), await else_?.()], [true, true, false])
})

test('what was told before somebody listened does not wake them', async () => {
  const signals = new Signals()
  signals.tell('a')
  const woken = watch(signals.listen('a').woken)
  assert.equal(await woken(), false)
  signals.tell('a')
  assert.equal(await woken(), true)
})

test('telling all wakes all', async () => {
  const signals = new Signals()
  const woken = ['a', 'b'].map((topic) => watch(signals.listen(topic).woken))
  signals.tellAll()
  assert.deepEqual(await Promise.all(woken.map((one) => one())), [true, true])
})

test('who has stopped is not woken; those who listen on are, also to what they begin to listen to then', async () => {
  const signals = new Signals()
  const stopped = signals.listen('a')
  const listening = watch(signals.listen('a').woken)
  const hasStopped = watch(stopped.woken)
  stopped.stop()
  stopped.stop()
  signals.tell('a')
  assert.deepEqual([await hasStopped(), await listening()], [false, true])

  const last = signals.listen('b')
  last.stop()
  const again = watch(signals.listen('b').woken)
  // Whoever stops once more takes nobody else along.
  last.stop()
  signals.tell('b')
  assert.equal(await again(), true)
})

test('waiting ends with the signal, with the time, and when the client leaves, whichever is first', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const signals = new Signals()
  const bySignal = watch(wokenOrAfter(signals.listen('a').woken, 1_000, never))
  assert.equal(await bySignal(), false)
  signals.tell('a')
  assert.equal(await bySignal(), true)

  const byTime = watch(wokenOrAfter(signals.listen('a').woken, 1_000, never))
  t.mock.timers.tick(999)
  assert.equal(await byTime(), false)
  t.mock.timers.tick(1)
  assert.equal(await byTime(), true)

  const left = new AbortController()
  const byLeaving = watch(wokenOrAfter(signals.listen('a').woken, 1_000, left.signal))
  assert.equal(await byLeaving(), false)
  left.abort()
  assert.equal(await byLeaving(), true)
  assert.equal(await watch(wokenOrAfter(signals.listen('a').woken, 1_000, left.signal))(), true)
})

test('waiting leaves nothing behind: neither timers nor those who listen to the client', async () => {
  const left = new AbortController()
  let listening = 0
  const { addEventListener, removeEventListener } = left.signal
  left.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listening += 1
    addEventListener.apply(left.signal, given)
  }
  left.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listening -= 1
    removeEventListener.apply(left.signal, given)
  }
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  await wokenOrAfter(Promise.resolve(), 60_000, left.signal)
  assert.deepEqual([listening, timers()], [0, before])
})
