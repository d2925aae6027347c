import type { PGlite } from '@electric-sql/pglite'

/** How often the write-ahead log is looked at, and the tables, in ms. */
export const logIntervalMs = 5_000
export const tablesIntervalMs = 60_000
/** Log that may be left to replay after a kill, in bytes: well under a second of it. */
const maxLogBytes = 16 * 1024 * 1024

/** Bytes of log since the last checkpoint. */
const logSize = `
  select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::float8 as bytes from pg_control_checkpoint()`

/** Tables due by autovacuum's own rule: https://www.postgresql.org/docs/current/routine-vacuuming.html#AUTOVACUUM */
const dueTables = `
  select format('%I.%I', s.schemaname, s.relname) as name
  from pg_stat_user_tables s join pg_class c on c.oid = s.relid
  where s.n_dead_tup > 50 + 0.2 * greatest(c.reltuples, 0)
     or s.n_mod_since_analyze > 50 + 0.1 * greatest(c.reltuples, 0)`

/** Runs a job when the database is between two exchanges. */
export type Enqueue = (job: () => Promise<void>) => void

/**
 * Does what a PostgreSQL server does in processes of its own, and PGlite, having none, leaves undone: without checkpoints
 * the log grows for ever and is replayed whole after a kill; without vacuum dead rows stay for ever. It never runs inside of
 * the client's transaction. Returns what is to be called after each exchange, so that an idle database is left alone.
 */
export function startHousekeeping(database: PGlite, enqueue: Enqueue): { used(): void; stop(): void } {
  let logDue = false
  let tablesDue = false

  const job = (work: () => Promise<void>) => async () => {
    if (database.isInTransaction()) return
    // What fails here fails for clients too, who are told, or has another try at the next round.
    await work().catch(() => {})
  }

  const checkpoint = job(async () => {
    const { rows } = await database.query<{ bytes: number }>(logSize)
    if ((rows[0]?.bytes ?? 0) > maxLogBytes) await database.exec('checkpoint')
  })

  const vacuum = job(async () => {
    const { rows } = await database.query<{ name: string }>(dueTables)
    // Each table is a job of its own: exchanges that wait come in between.
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
    used() {
      logDue = true
      tablesDue = true
    },
    stop() {
      clearInterval(logTimer)
      clearInterval(tablesTimer)
    },
  }
}
