import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../../test/live-process.ts'
import { Notifier, notifiedOrAfter } from './signals.ts'

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
  const signals = new Notifier()
  const [one, other, else_] = ['a', 'a', 'b'].map((topic) => watch(signals.subscribe(topic).woken))
  signals.notify('a')
  assert.deepEqual([await one?.(), await other?.(), await else_?.()], [true, true, false])
})

test('what was told before somebody listened does not wake them', async () => {
  const signals = new Notifier()
  signals.notify('a')
  const woken = watch(signals.subscribe('a').woken)
  assert.equal(await woken(), false)
  signals.notify('a')
  assert.equal(await woken(), true)
})

test('telling all wakes all', async () => {
  const signals = new Notifier()
  const woken = ['a', 'b'].map((topic) => watch(signals.subscribe(topic).woken))
  signals.notifyAll()
  assert.deepEqual(await Promise.all(woken.map((one) => one())), [true, true])
})

test('who has stopped is not woken; those who listen on are, also to what they begin to listen to then', async () => {
  const signals = new Notifier()
  const stopped = signals.subscribe('a')
  const listening = watch(signals.subscribe('a').woken)
  const hasStopped = watch(stopped.woken)
  stopped.stop()
  stopped.stop()
  signals.notify('a')
  assert.deepEqual([await hasStopped(), await listening()], [false, true])

  const last = signals.subscribe('b')
  last.stop()
  const again = watch(signals.subscribe('b').woken)
  // Whoever stops once more takes nobody else along.
  last.stop()
  signals.notify('b')
  assert.equal(await again(), true)
})

test('waiting ends with the signal, with the time, and when the client leaves, whichever is first', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const signals = new Notifier()
  const bySignal = watch(notifiedOrAfter(signals.subscribe('a').woken, 1_000, never))
  assert.equal(await bySignal(), false)
  signals.notify('a')
  assert.equal(await bySignal(), true)

  const byTime = watch(notifiedOrAfter(signals.subscribe('a').woken, 1_000, never))
  t.mock.timers.tick(999)
  assert.equal(await byTime(), false)
  t.mock.timers.tick(1)
  assert.equal(await byTime(), true)

  const left = new AbortController()
  const byLeaving = watch(notifiedOrAfter(signals.subscribe('a').woken, 1_000, left.signal))
  assert.equal(await byLeaving(), false)
  left.abort()
  assert.equal(await byLeaving(), true)
  assert.equal(await watch(notifiedOrAfter(signals.subscribe('a').woken, 1_000, left.signal))(), true)
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
  await notifiedOrAfter(Promise.resolve(), 60_000, left.signal)
  assert.deepEqual([listening, timers()], [0, before])
})
