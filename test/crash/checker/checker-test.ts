import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DatabaseKind, databaseKinds } from '../../support/databases/database-kinds.ts'
import { testSize } from '../../support/test-size.ts'
import type { Move } from './chaos.ts'
import { runChecker } from './run-checker.ts'

/** Runs the checker on that kind of database with the first of these moves: two processes on PostgreSQL, one on the embedded one. */
export function checkerTest(name: DatabaseKind['kind'], all: readonly Move[]): void {
  const moves = all.slice(0, testSize.crashMoves)
  const kind = databaseKinds.find((one) => one.kind === name)
  test(`on ${kind?.name}, processes that are killed ${moves.length} times, at any instant, lose nothing that they have acknowledged [stored] [events] [ends-once]`, async (t) => {
    assert.ok(kind)
    const processes = name === 'postgresql' ? 2 : 1
    const { turns, ends } = await runChecker(kind, { moves, processes, seed: 1, over: t.signal })
    t.diagnostic(`${turns} turns: ${JSON.stringify(ends)}`)
    assert.ok(turns > 0)
  })
}
