import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Availability } from './availability.ts'

const gone = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

test('a server that vanishes without closing its connections while it is prepared is noticed, and prepared when it is back', async () => {
  const preparations: PromiseWithResolvers<void>[] = []
  const away: Error[] = []
  let reachable = true
  const availability = new Availability({
    probe: () => (reachable ? Promise.resolve() : Promise.reject(gone)),
    prepare() {
      const preparation = Promise.withResolvers<void>()
      preparations.push(preparation)
      return preparation.promise
    },
    onAway(error) {
      away.push(error)
      // As `Connections.destroyAll` does: work in progress fails.
      preparations.at(-1)?.reject(error)
    },
  })
  availability.check()
  await setImmediate()
  availability.check()
  await setImmediate()
  assert.deepEqual([preparations.length, away.length], [1, 0])

  reachable = false
  availability.check()
  availability.check()
  await setImmediate()
  reachable = true
  assert.deepEqual([...new Set(away)], [gone])
  while (preparations.length < 2) await setImmediate()
  preparations[1]?.resolve()
  await availability.whenReady
  assert.deepEqual(availability.state, { ready: true })
  availability.close()
})
