import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { databaseKinds } from '../../../test/support/databases/database-kinds.ts'
import { logIntervalMs, startHousekeeping, tablesIntervalMs } from './housekeeping.ts'

/** A database on this thread, with housekeeping on mocked timers. `pass` advances the time, and runs the jobs that are due. */
async function start(t: TestContext) {
  const source = await databaseKinds[0]?.create(t)
  assert(source?.kind === 'embedded')
  const database = await PGlite.create({ dataDir: join(source.dataDir, 'database') })
  t.mock.timers.enable({ apis: ['setInterval'] })
  const jobs: (() => Promise<void>)[] = []
  const housekeeping = startHousekeeping(database, (job) => jobs.push(job))
  async function pass(ms: number): Promise<number> {
    t.mock.timers.tick(ms)
    let done = 0
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      await job()
      done += 1
    }
    return done
  }
  return { database, housekeeping, pass }
}

/** The position in the log from which it would be replayed after a kill. */
async function redoPoint(database: PGlite): Promise<string | undefined> {
  const { rows } = await database.query<{ redo: string }>(
    'select redo_lsn::text as redo from pg_control_checkpoint()',
  )
  return rows[0]?.redo
}

test('a checkpoint is made when the log has grown, and not before', async (t) => {
  const { database, housekeeping, pass } = await start(t)
  const atStart = await redoPoint(database)
  await database.exec('create table filler (v text)')
  housekeeping.markUsed()
  await pass(logIntervalMs)
  assert.equal(await redoPoint(database), atStart)

  await database.exec("insert into filler select repeat('x', 1000) from generate_series(1, 20000)")
  housekeeping.markUsed()
  await pass(logIntervalMs)
  assert.notEqual(await redoPoint(database), atStart)
  housekeeping.stop()
  await database.close()
})

test('tables with dead rows are vacuumed, but never within a transaction, and an idle database is left alone', async (t) => {
  const { database, housekeeping, pass } = await start(t)
  const deadRows = async () => {
    // Without this, the counts are updated at most once a second.
    await database.query('select pg_stat_force_next_flush()')
    const text = "select n_dead_tup::int as dead from pg_stat_user_tables where relname = 'journal'"
    return (await database.query<{ dead: number }>(text)).rows[0]?.dead
  }
  await database.exec('create table journal as select generate_series(1, 500) as n')
  await database.exec('delete from journal')
  assert.equal(await pass(tablesIntervalMs), 0)
  assert.equal(await deadRows(), 500)

  housekeeping.markUsed()
  await database.exec('begin')
  await pass(tablesIntervalMs)
  await database.exec('commit')
  assert.equal(await deadRows(), 500)

  housekeeping.markUsed()
  await pass(tablesIntervalMs)
  assert.equal(await deadRows(), 0)
  housekeeping.stop()
  await database.close()
})
