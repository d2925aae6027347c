import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Availability } from './availability.ts'

const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

test('a server that goes away without a word while it is prepared is found out, and prepared when it is back', async () => {
  const preparations: PromiseWithResolvers<void>[] = []
  const away: Error[] = []
  let there = true
  const availability = new Availability({
    probe: () => (there ? Promise.resolve() : Promise.reject(gone)),
    prepare() {
      const preparation = Promise.withResolvers<void>()
      preparations.push(preparation)
      return preparation.promise
    },
    onAway(error) {
      away.push(error)
      // As connections do it: what they work on fails.
      preparations.at(-1)?.reject(error)
    },
  })
  availability.check()
  await setImmediate()
  availability.check()
  await setImmediate()
  assert.deepEqual([preparations.length, away.length], [1, 0])

  there = false
  availability.check()
  availability.check()
  await setImmediate()
  there = true
  assert.deepEqual([...new Set(away)], [gone])
  while (preparations.length < 2) await setImmediate()
  preparations[1]?.resolve()
  await availability.whenReady
  assert.deepEqual(availability.state, { ready: true })
  availability.close()
})
