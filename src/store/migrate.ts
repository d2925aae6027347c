import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

/** One file of the migrations' folder: `0003-begin-turn.sql` is number 3, named `begin-turn`. Never edited once released. */
export interface Migration {
  number: number
  name: string
  /** SHA-256 of the text with line ends as `\n`, in hex. */
  checksum: string
  sql: string
}

/** Runs SQL on one connection, the same each time. */
export type RunSql = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>

/** This program must not touch this database; trying again changes nothing. The message tells what to do. */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused'
}

/** Key of the advisory lock that all chatterds of a database share: 'chat', 'terd' in ASCII. */
const lock = 'select pg_advisory_xact_lock(1667785076, 1952805476)'

/** Reads the migrations of a folder, in order. Throws where a number is missing or there twice. */
export async function readMigrations(folder: URL): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return await Promise.all(
    files.map(async (file, index) => {
      const [, number, name] = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file) ?? []
      if (name === undefined || Number(number) !== index + 1) {
        throw new Error(
          `${file} is out of place: migrations are named 0001-what-it-does.sql, counted without a gap`,
        )
      }
      // A checkout on Windows has other line ends.
      const sql = (await readFile(new URL(file, folder), 'utf8')).replaceAll('\r\n', '\n')
      return { number: index + 1, name, checksum: createHash('sha256').update(sql).digest('hex'), sql }
    }),
  )
}

/**
 * Brings the schema `chatterd` up to the last of `migrations`, and makes it where there is none; touches nothing else. Each
 * migration is one transaction under a lock, so any number of processes may do this at once, and a kill leaves no half one.
 * Throws `MigrationRefused` where the database is newer than this program, or was made with other migrations.
 */
export async function migrate(run: RunSql, migrations: Migration[]): Promise<void> {
  for (let more = true; more; ) more = await applyNext(run, migrations)
}

async function applyNext(run: RunSql, migrations: Migration[]): Promise<boolean> {
  await run('begin')
  try {
    await run(lock)
    const next = nextOf(await readApplied(run), migrations)
    if (next) {
      await run(next.sql)
      await run('insert into chatterd.migrations (number, name, checksum) values ($1, $2, $3)', [
        next.number,
        next.name,
        next.checksum,
      ])
    }
    await run('commit')
    return next !== undefined
  } catch (error) {
    // Where this fails too the connection is gone, and its transaction with it: the first error says why.
    await run('rollback').catch(() => {})
    throw error
  }
}

async function readApplied(run: RunSql): Promise<Record<string, unknown>[]> {
  // Looked for first: `if not exists` asks for the right to create even where there is nothing to create.
  const [found] = await run(`select to_regnamespace('chatterd') is not null as schema,
    to_regclass('chatterd.migrations') is not null as migrations`)
  if (!found?.schema) await run('create schema chatterd')
  if (!found?.migrations) {
    await run(`create table chatterd.migrations (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now())`)
  }
  return await run('select number, name, checksum from chatterd.migrations order by number')
}

/** The first migration that the database lacks. */
function nextOf(applied: Record<string, unknown>[], migrations: Migration[]): Migration | undefined {
  for (const row of applied) {
    const known = migrations[Number(row.number) - 1]
    if (!known) {
      throw new MigrationRefused(
        `The database was made by a newer chatterd (migration ${row.number}, ${row.name}); this one knows up to ${migrations.length}. Start that version again, or give this one another database.`,
      )
    }
    if (known.checksum !== row.checksum) {
      throw new MigrationRefused(
        `The database was made by another build of chatterd: its migration ${known.number} (${row.name}) is not the one that this build has (${known.name}). Start that build, or give this one another database or data directory.`,
      )
    }
  }
  return migrations[applied.length]
}
