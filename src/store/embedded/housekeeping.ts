import type { PGlite } from '@electric-sql/pglite'

/** How often the write-ahead log and the tables are checked, in milliseconds. */
export const logIntervalMs = 5_000
export const tablesIntervalMs = 60_000
/** A checkpoint is made when more log than this would have to be replayed after a kill, in bytes: that takes well under a second. */
const maxLogBytes = 16 * 1024 * 1024

/** How many bytes of log were written since the last checkpoint. */
const logSize = `
  select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes from pg_control_checkpoint()`

/** The tables that autovacuum would clean: https://www.postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM */
const dueTables = `
  select format('%I.%I', s.schemaname, s.relname) as name
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
     or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)`

/** Runs a job when the database is between two exchanges. */
export type Enqueue = (job: () => Promise<void>) => void

/**
 * Makes checkpoints and vacuums tables: a PostgreSQL server does this in processes of its own, and PGlite has none. Without
 * checkpoints, the log grows for ever and all of it is replayed after a kill; without vacuum, dead rows stay for ever. Never runs
 * inside a transaction of a client. `markUsed` must be called after each exchange: nothing is done for an idle database.
 */
export function startHousekeeping(database: PGlite, enqueue: Enqueue): { markUsed(): void; stop(): void } {
  let logDue = false
  let tablesDue = false

  const job = (work: () => Promise<void>) => async () => {
    if (database.isInTransaction()) return
    // The next round tries again. Errors that last also occur in the statements of clients, which report them.
    await work().catch(() => {})
  }

  const checkpoint = job(async () => {
    const { rows } = await database.query<{ bytes: number }>(logSize)
    if ((rows[0]?.bytes ?? 0) > maxLogBytes) await database.exec('checkpoint')
  })

  const vacuum = job(async () => {
    const { rows } = await database.query<{ name: string }>(dueTables)
    // One job for each table, so that exchanges can run in between.
    for (const { name } of rows) {
      enqueue(job(async () => void (await database.exec(`vacuum (analyze) ${name}`))))
    }
  })

  const logTimer = setInterval(() => {
    if (logDue) enqueue(checkpoint)
    logDue = false
  }, logIntervalMs)
  const tablesTimer = setInterval(() => {
    if (tablesDue) enqueue(vacuum)
    tablesDue = false
  }, tablesIntervalMs)

  return {
    markUsed() {
      logDue = true
      tablesDue = true
    },
    stop() {
      clearInterval(logTimer)
      clearInterval(tablesTimer)
    },
  }
}
