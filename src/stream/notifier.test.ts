import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../../test/support/turns/live-process.ts'
import { Notifier, notifiedOrAfter } from './notifier.ts'

const never = new AbortController().signal

/** Returns a function that says whether it has resolved. */
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

test('a notification wakes all that wait for its topic, and no others', async () => {
  const notifier = new Notifier()
  const [one, other, else_] = ['a', 'a', 'b'].map((topic) => watch(notifier.subscribe(topic).notified))
  notifier.notify('a')
  assert.deepEqual([await one?.(), await other?.(), await else_?.()], [true, true, false])
})

test('a notification does not wake those that subscribe after it', async () => {
  const notifier = new Notifier()
  notifier.notify('a')
  const woken = watch(notifier.subscribe('a').notified)
  assert.equal(await woken(), false)
  notifier.notify('a')
  assert.equal(await woken(), true)
})

test('notifying all wakes all', async () => {
  const notifier = new Notifier()
  const woken = ['a', 'b'].map((topic) => watch(notifier.subscribe(topic).notified))
  notifier.notifyAll()
  assert.deepEqual(await Promise.all(woken.map((one) => one())), [true, true])
})

test('a listener that has unsubscribed is not woken; the others are, also those that subscribe later', async () => {
  const notifier = new Notifier()
  const stopped = notifier.subscribe('a')
  const listening = watch(notifier.subscribe('a').notified)
  const hasStopped = watch(stopped.notified)
  stopped.unsubscribe()
  stopped.unsubscribe()
  notifier.notify('a')
  assert.deepEqual([await hasStopped(), await listening()], [false, true])

  const last = notifier.subscribe('b')
  last.unsubscribe()
  const again = watch(notifier.subscribe('b').notified)
  // To unsubscribe twice removes no other listener.
  last.unsubscribe()
  notifier.notify('b')
  assert.equal(await again(), true)
})

test('waiting ends with the notification, after the time, or when the client disconnects, whichever is first', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const notifier = new Notifier()
  const bySignal = watch(notifiedOrAfter(notifier.subscribe('a').notified, 1_000, never))
  assert.equal(await bySignal(), false)
  notifier.notify('a')
  assert.equal(await bySignal(), true)

  const byTime = watch(notifiedOrAfter(notifier.subscribe('a').notified, 1_000, never))
  t.mock.timers.tick(999)
  assert.equal(await byTime(), false)
  t.mock.timers.tick(1)
  assert.equal(await byTime(), true)

  const disconnected = new AbortController()
  const byDisconnect = watch(notifiedOrAfter(notifier.subscribe('a').notified, 1_000, disconnected.signal))
  assert.equal(await byDisconnect(), false)
  disconnected.abort()
  assert.equal(await byDisconnect(), true)
  assert.equal(
    await watch(notifiedOrAfter(notifier.subscribe('a').notified, 1_000, disconnected.signal))(),
    true,
  )
})

test("waiting leaves nothing behind: neither timers nor listeners of the client's signal", async () => {
  const disconnected = new AbortController()
  let listening = 0
  const { addEventListener, removeEventListener } = disconnected.signal
  disconnected.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
    listening += 1
    addEventListener.apply(disconnected.signal, given)
  }
  disconnected.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
    listening -= 1
    removeEventListener.apply(disconnected.signal, given)
  }
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  await notifiedOrAfter(Promise.resolve(), 60_000, disconnected.signal)
  assert.deepEqual([listening, timers()], [0, before])
})
