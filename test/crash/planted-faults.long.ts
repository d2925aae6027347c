import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import type { FaultName } from '../support/processes/preloads/planted-faults.ts'
import { testSize } from '../support/test-size.ts'
import type { Move } from './checker/chaos.ts'
import { runChecker } from './checker/run-checker.ts'

// That the checker passes means something only because it fails where there is a fault: here are some, in processes made for it.

/** A move does not always meet a fault: it does within so many, and the checker ends there. */
const manyMoves = 12

const found: {
  fault: FaultName
  database: 'postgresql' | 'embedded'
  move: Move
  times: number
  message?: RegExp
}[] = [
  {
    fault: 'drop-last-batch',
    database: 'postgresql',
    move: 'kill',
    times: manyMoves,
    message: /a gap or a repeat/,
  },
  {
    fault: 'acknowledge-before-commit',
    database: 'postgresql',
    move: 'kill',
    times: manyMoves,
    // What was acknowledged is lost, or is not there yet for the request that builds on it.
    message: /is gone|refused with 500/,
  },
  {
    fault: 'skip-fence',
    database: 'postgresql',
    move: 'pause',
    times: manyMoves,
  },
  {
    fault: 'results-twice',
    database: 'embedded',
    move: 'kill',
    // Seen at the end only, in what every turn left behind.
    times: 1,
    message: /a call ends that is not open, or twice/,
  },
]

for (const { fault, database, move, times, message } of found.slice(0, testSize.plantedFaults)) {
  test(`the checker finds a process that has the fault ${fault}`, async (t) => {
    const kind = databaseKinds.find((one) => one.kind === database)
    assert.ok(kind)
    const processes = database === 'postgresql' ? 2 : 1
    const moves = Array<Move>(times).fill(move)
    const violation = await runChecker(kind, { moves, processes, seed: 1, over: t.signal, fault }).then(
      ({ turns }) => assert.fail(`${turns} turns, and nothing was found`),
      (error: Error) => error,
    )
    t.diagnostic(violation.message)
    assert.equal(violation.name, 'Violation', violation.stack)
    if (message) assert.match(violation.message, message)
  })
}
