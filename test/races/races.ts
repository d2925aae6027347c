import { suite, test } from 'node:test'
import fc from 'fast-check'
import type { DatabaseKind } from '../support/databases/database-kinds.ts'
import { testSize } from '../support/test-size.ts'
import { actions } from './actions.ts'
import { raceDatabaseOf } from './race-database.ts'
import { regressions } from './regressions.ts'
import { runRace } from './run-race.ts'

/** How long a race that failed is made shorter, in milliseconds. */
const shrinkMs = 60_000

/**
 * Requests of many kinds and processes that come and go race each other, on the real store and the real core: the order in which
 * statements run, responses arrive, engines reply and clocks tick is drawn.
 *
 * How many are drawn is in test-size.ts; `CHATTERD_TEST_RACE_SEED=…` draws them from a seed. A race that failed is reported as
 * short as it could be made: it belongs into regressions.ts.
 */
export function races(kind: DatabaseKind): void {
  suite(`races on ${kind.name}`, () => {
    const database = raceDatabaseOf(kind)
    const lists = fc.array(actions, { minLength: 6, maxLength: 30, size: 'max' })
    let lostAt = Number.POSITIVE_INFINITY
    const property = fc.asyncProperty(lists, async (race) => {
      // The shortest that was found by then has to do.
      if (Date.now() - lostAt > shrinkMs) return
      try {
        await runRace(race, database())
      } catch (error) {
        lostAt = Math.min(lostAt, Date.now())
        throw error
      }
    })

    test('every promise about turns is kept, however requests and processes race each other [ends-once] [one-turn]', async () => {
      const { CHATTERD_TEST_RACE_SEED: seed } = process.env
      await fc.assert(property, {
        unbiased: true,
        numRuns: testSize.races,
        ...(seed && { seed: Number(seed) }),
      })
    })

    for (const { lost, race } of regressions.filter(({ on }) => on.includes(kind.kind)))
      test(`a race that has failed before is won: ${lost}`, () => runRace(race, database()))
  })
}
