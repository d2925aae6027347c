import type { Migration, Schema, SchemaFunctions } from './read-schema.ts'

/** Runs SQL on one connection, the same each time. */
export type RunSql = (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>

/** This program must not touch this database; trying again changes nothing. The message says what to do. */
export class SchemaRefused extends Error {
  override readonly name = 'SchemaRefused'
}

/** Key of the advisory lock that all chatterds of a database share: 'chat', 'terd' in ASCII. */
const lock = 'select pg_advisory_xact_lock(1667785076, 1952805476)'

/**
 * Brings the schema `chatterd` of a database to this build's state, and makes it where there is none; touches nothing else. All of
 * it is one transaction under a lock: any number of processes may do this at once, and a failure or a kill leaves the database as
 * it was. Throws `SchemaRefused` where the database was made by a newer build, or by another one of the same age.
 */
export async function applySchema(run: RunSql, { migrations, functions }: Schema): Promise<void> {
  await run('begin')
  try {
    await run(lock)
    await createBookkeeping(run)
    for (const migration of await missingMigrations(run, migrations)) await applyMigration(run, migration)
    await replaceFunctions(run, functions)
    await run('commit')
  } catch (error) {
    // Where this fails too the connection is gone, and its transaction with it: the first error says why.
    await run('rollback').catch(() => {})
    throw error
  }
}

/** What was applied is written down in two tables. The second has at most one row. */
async function createBookkeeping(run: RunSql): Promise<void> {
  // Looked for first: `if not exists` asks for the right to create even where there is nothing to create.
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
        `The database was made by a newer chatterd (migration ${row.number}, ${row.name}); this one knows up to ${migrations.length}. Start that version again, or give this one another database.`,
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

/** Puts this build's functions in the place of all that are there, unless they are these already. */
async function replaceFunctions(run: RunSql, { sql, version, checksum }: SchemaFunctions): Promise<void> {
  const [present] = await run('select version, checksum from chatterd.functions')
  if (present?.version === version && present.checksum === checksum) return
  if (Number(present?.version ?? 0) > version) {
    throw new SchemaRefused(
      `The database was made by a newer chatterd (version ${present?.version} of its functions); this one has version ${version}. Start that version again, or give this one another database.`,
    )
  }
  await run(`do $$
    declare
      old regprocedure;
    begin
      for old in select oid from pg_proc where pronamespace = 'chatterd'::regnamespace loop
        execute format('drop function %s', old);
      end loop;
    end $$`)
  // Functions call each other, in no order of their files.
  await run('set local check_function_bodies = off')
  await run(sql)
  await run('delete from chatterd.functions')
  await run('insert into chatterd.functions (version, checksum) values ($1, $2)', [version, checksum])
}
