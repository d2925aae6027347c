import { PublicReason } from '../database-failure.ts'
import { beginTransaction } from '../postgres/session.ts'
import type { Migration, Schema, SchemaFunctions } from './read-schema.ts'

/** Runs SQL on one connection, the same each time. */
export type RunSql = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>

/** This build must not use this database, and a retry does not help. The message says what to do. */
export class SchemaRefused extends PublicReason {
  override readonly name = 'SchemaRefused'
}

/** The advisory lock of all chatterd processes of a database. Its key is 'chat', 'terd' in ASCII. */
const lock = 'select pg_advisory_xact_lock(1667785076, 1952805476)'

/**
 * Updates the schema `chatterd` of a database to this build, or makes it where there is none; changes nothing else. This is one
 * transaction under a lock: any number of processes may do it at once, and after a failure or a kill the database is as it was.
 * Throws `SchemaRefused` where the database was made by a newer build, or by a build with other migrations, and where it cannot hold
 * every text.
 */
export async function applySchema(run: RunSql, { migrations, functions }: Schema): Promise<void> {
  await checkEncoding(run)
  await run('begin')
  try {
    await run(beginTransaction)
    await run(lock)
    await createBookkeeping(run)
    for (const migration of await missingMigrations(run, migrations)) await applyMigration(run, migration)
    await replaceFunctions(run, functions)
    await run('commit')
  } catch (error) {
    // Where this fails too, the connection is lost, and the server has rolled back. The first error says why.
    await run('rollback').catch(() => {})
    throw error
  }
}

async function checkEncoding(run: RunSql): Promise<void> {
  const [row] = await run(`select current_setting('server_encoding') as encoding`)
  if (row?.encoding === 'UTF8') return
  throw new SchemaRefused(
    `The encoding of the database is ${row?.encoding}; chatterd needs UTF8. Give it a database that was created with encoding 'UTF8'.`,
  )
}

/** Makes the tables that record what was applied: a row for each migration, and at most one row for the functions. */
async function createBookkeeping(run: RunSql): Promise<void> {
  // Not `create … if not exists`: it needs the right to create even where there is nothing to create.
  const [found] = await run(`select to_regnamespace('chatterd') is not null as schema,
    to_regclass('chatterd.migrations') is not null as migrations,
    to_regclass('chatterd.functions') is not null as functions`)
  if (!found?.schema) await run('create schema chatterd')
  if (!found?.migrations) {
    await run(`create table chatterd.migrations (
      number integer primary key,
      name text not null,
      checksum text not null,
      applied_at timestamptz not null default now())`)
  }
  if (!found?.functions) {
    await run(`create table chatterd.functions (
      version integer not null,
      checksum text not null,
      applied_at timestamptz not null default now())`)
  }
}

async function missingMigrations(run: RunSql, migrations: Migration[]): Promise<Migration[]> {
  const applied = await run('select number, name, checksum from chatterd.migrations order by number')
  for (const row of applied) {
    const known = migrations[Number(row.number) - 1]
    if (!known) {
      throw new SchemaRefused(
        `The database was made by a newer chatterd (migration ${row.number}, ${row.name}); the last migration of this one is ${migrations.length}. Start that version again, or give this one another database.`,
      )
    }
    if (known.checksum !== row.checksum) {
      throw new SchemaRefused(
        `The database was made by another build of chatterd: its migration ${known.number} (${row.name}) is not the one that this build has (${known.name}). Start that build, or give this one another database or data directory.`,
      )
    }
  }
  return migrations.slice(applied.length)
}

async function applyMigration(run: RunSql, { sql, number, name, checksum }: Migration): Promise<void> {
  await run(sql)
  await run('insert into chatterd.migrations (number, name, checksum) values ($1, $2, $3)', [
    number,
    name,
    checksum,
  ])
}

/** Replaces all functions of the schema by this build's, unless they are the same. */
async function replaceFunctions(run: RunSql, { sql, version, checksum }: SchemaFunctions): Promise<void> {
  const [applied] = await run('select version, checksum from chatterd.functions')
  if (applied?.version === version && applied.checksum === checksum) return
  if (Number(applied?.version ?? 0) > version) {
    throw new SchemaRefused(
      `The database was made by a newer chatterd (version ${applied?.version} of its functions); this one has version ${version}. Start that version again, or give this one another database.`,
    )
  }
  await dropRoutines(run)
  // Functions call each other across files, so some are called by functions that are created before them.
  await run('set local check_function_bodies = off')
  await run(sql)
  await run('delete from chatterd.functions')
  await run('insert into chatterd.functions (version, checksum) values ($1, $2)', [version, checksum])
}

/** Drops functions, and what else was made in the schema by hand: procedures, aggregates. */
async function dropRoutines(run: RunSql): Promise<void> {
  try {
    await run(`do $$
      declare
        old regprocedure;
      begin
        for old in select oid from pg_proc where pronamespace = 'chatterd'::regnamespace loop
          execute format('drop routine %s', old);
        end loop;
      end $$`)
  } catch (error) {
    if (!isDependencyError(error)) throw error
    throw new SchemaRefused(
      `The functions of the schema chatterd cannot be replaced by those of this version, because something else uses them: ${error.detail}. Drop what uses them, start chatterd, and create it again if it still fits. Make nothing of your own that uses these functions: they belong to chatterd.`,
      { cause: error },
    )
  }
}

/** `dependent_objects_still_exist`, with PostgreSQL's list of what depends on what. */
function isDependencyError(error: unknown): error is Error & { detail: string } {
  return error instanceof Error && 'code' in error && error.code === '2BP01' && 'detail' in error
}
