import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConversationQueue, orOver } from './conversation-queue.ts'

const never = new AbortController().signal
const limits = { maxWaiting: 10, waitMs: 1_000 }

/** A begin that runs until it is told to end. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { open: resolve, begin: () => promise }
}

/** Lets everything happen that waits for nothing but its turn. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

test('requests of one conversation begin one at a time, in order of arrival', async () => {
  const queue = new ConversationQueue(limits)
  const trail: string[] = []
  const enter = (name: string) =>
    queue.enter('a', never, async () => {
      trail.push(`${name} begins`)
      await settle()
      trail.push(`${name} has begun`)
      return name
    })
  assert.deepEqual(await Promise.all(['1', '2', '3'].map(enter)), ['1', '2', '3'])
  assert.deepEqual(
    trail,
    ['1', '2', '3'].flatMap((name) => [`${name} begins`, `${name} has begun`]),
  )
})

test('requests of different conversations do not wait for each other', async () => {
  const queue = new ConversationQueue(limits)
  const first = gate()
  const held = queue.enter('a', never, first.begin)
  assert.equal(await queue.enter('b', never, async () => 'begun'), 'begun')
  first.open()
  await held
})

test('a begin that fails lets the next one begin', async () => {
  const queue = new ConversationQueue(limits)
  const failing = queue.enter('a', never, () => Promise.reject(new Error('no')))
  const next = queue.enter('a', never, async () => 'begun')
  await assert.rejects(failing, /no/)
  assert.equal(await next, 'begun')
})

test('when as many wait as may, the next one is refused at once', async () => {
  const queue = new ConversationQueue({ ...limits, maxWaiting: 1 })
  const first = gate()
  const held = queue.enter('a', never, first.begin)
  const waiting = queue.enter('a', never, async () => 'waited')
  await assert.rejects(
    queue.enter('a', never, async () => 'refused'),
    { code: 'conversation-busy', message: /1 requests wait for it already/ },
  )
  first.open()
  await held
  assert.equal(await waiting, 'waited')
  assert.equal(await queue.enter('a', never, async () => 'free again'), 'free again')
})

test('where a turn runs already, the first of the line counts as one that waits', async () => {
  const queue = new ConversationQueue({ ...limits, maxWaiting: 1 })
  const first = gate()
  const held = queue.enter('a', never, first.begin, true)
  await assert.rejects(
    queue.enter('a', never, async () => 'refused', true),
    { code: 'conversation-busy' },
  )
  first.open()
  await held
})

test('waiting is over after its time, and those behind go on in order', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const queue = new ConversationQueue({ ...limits, waitMs: 100 })
  const first = gate()
  const trail: string[] = []
  const held = queue.enter('a', never, first.begin)
  const late = queue.enter('a', never, async () => trail.push('late'))
  t.mock.timers.tick(60)
  const behind = queue.enter('a', never, async () => trail.push('behind'))
  t.mock.timers.tick(40)
  await assert.rejects(late, { code: 'conversation-busy', message: /still busy after 100 ms/ })
  await settle()
  assert.deepEqual(trail, [], 'who is behind does not overtake the one that still begins')
  first.open()
  await Promise.all([held, behind])
  assert.deepEqual(trail, ['behind'])
})

test('a begin is told when its time is over', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const queue = new ConversationQueue({ ...limits, waitMs: 100 })
  const waiting = queue.enter('a', never, (over) => orOver(new Promise(() => undefined), over()))
  await settle()
  t.mock.timers.tick(100)
  await assert.rejects(waiting, { code: 'conversation-busy' })
})

test('a client that leaves while it waits does not begin, and those behind it do', async () => {
  const queue = new ConversationQueue(limits)
  const first = gate()
  const held = queue.enter('a', never, first.begin)
  const left = new AbortController()
  let begun = false
  const leaving = queue.enter('a', left.signal, async () => {
    begun = true
  })
  const behind = queue.enter('a', never, async () => 'begun')
  left.abort(new Error('gone'))
  await assert.rejects(leaving, /gone/)
  first.open()
  await held
  assert.equal(await behind, 'begun')
  assert.equal(begun, false)
})

test('a client that has left already does not begin', async () => {
  const queue = new ConversationQueue(limits)
  let begun = false
  const gone = queue.enter('a', AbortSignal.abort(new Error('gone')), async () => {
    begun = true
  })
  await assert.rejects(gone, /gone/)
  assert.equal(begun, false)
  assert.equal(await queue.enter('a', never, async () => 'begun'), 'begun')
})

test('orOver gives the value or the error of the promise, or the reason that came first', async () => {
  assert.equal(await orOver(Promise.resolve(7), never), 7)
  await assert.rejects(orOver(Promise.reject(new Error('no')), never), /no/)
  await assert.rejects(orOver(Promise.resolve(7), AbortSignal.abort(new Error('over'))), /over/)
  const over = new AbortController()
  const waiting = orOver(new Promise(() => undefined), over.signal)
  over.abort(new Error('over'))
  await assert.rejects(waiting, /over/)
})
