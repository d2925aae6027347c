import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { databaseKinds } from '../../../test/support/databases/database-kinds.ts'
import { shared } from '../../../test/support/shared.ts'
import { Connections } from '../connections.ts'
import { openServer } from '../open-server.ts'
import { applySchema, type RunSql, SchemaRefused } from './apply-schema.ts'
import type { Migration, Schema } from './read-schema.ts'

const migration = (number: number, sql: string, name = `number-${number}`): Migration => {
  return { number, name, sql, checksum: `of ${sql}` }
}
const tables = migration(1, 'create table chatterd.notes (n int); create table chatterd.others (n int)')
const rows = migration(2, 'insert into chatterd.notes values (1)')

/** A function that calls one that is defined after it. */
const functionsThatSay = (word: string, version: number): Schema['functions'] => ({
  version,
  checksum: `of ${word}`,
  sql: `create function chatterd.say() returns text language sql as 'select chatterd.word()';
        create function chatterd.word() returns text language sql as 'select ''${word}''::text'`,
})
const noFunctions = { version: 1, checksum: 'none', sql: '' }
const schema = (migrations: Migration[], functions = noFunctions): Schema => ({ migrations, functions })
const say = async (run: RunSql) => (await run('select chatterd.say() as word'))[0]?.word

function refusal(message: RegExp) {
  return (error: unknown) => {
    assert(error instanceof SchemaRefused)
    assert.match(error.message, message)
    return true
  }
}

for (const kind of databaseKinds) {
  describe(`the schema on ${kind.name}`, () => {
    const server = shared(async (rooms) => {
      const source = await kind.create({ after: (end) => rooms.defer(end) })
      // On a busy machine, ten connections at once take long.
      const opened = await openServer({ source, connectTimeoutMs: 60_000 }, assert.fail)
      rooms.defer(() => opened.close())
      return opened
    })

    /** Runs SQL in a database that has no schema of chatterd. */
    async function connect(t: TestContext, size = 1) {
      const single = { ...server(), maxConnections: 1 }
      const all = Array.from({ length: size }, () => new Connections(single, {}, () => {}))
      t.after(async () => {
        for (const connections of all) await connections.close()
      })
      const runs = all.map(
        (connections): RunSql =>
          async (text, values) =>
            (await connections.use((client) => client.query(text, values), 60_000)).rows,
      )
      await runs[0]?.('drop schema if exists chatterd cascade')
      return runs
    }

    async function connectOne(t: TestContext): Promise<RunSql> {
      const [run] = await connect(t)
      assert(run)
      return run
    }

    test('gets its migrations applied once, in order, and recorded, and new ones later [upgrade]', async (t) => {
      const run = await connectOne(t)
      await applySchema(run, schema([tables]))
      await applySchema(run, schema([tables, rows]))
      await applySchema(run, schema([tables, rows]))
      assert.deepEqual(await run('select n from chatterd.notes'), [{ n: 1 }])
      const recorded = await run(
        'select number, name, checksum, applied_at is not null as dated from chatterd.migrations',
      )
      assert.deepEqual(recorded, [
        { number: 1, name: 'number-1', checksum: tables.checksum, dated: true },
        { number: 2, name: 'number-2', checksum: rows.checksum, dated: true },
      ])
    })

    test('touches nothing outside of itself', async (t) => {
      const run = await connectOne(t)
      await run('create table public.chatts (message text)')
      const others = `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname !~ '^(chatterd|pg_)' order by 1, 2`
      const before = await run(others)
      await applySchema(run, schema([tables, rows]))
      assert.deepEqual(await run(others), before)
      await run('drop table public.chatts')
    })

    test('stays the same when a migration fails, and the next try applies all of them [upgrade]', async (t) => {
      const run = await connectOne(t)
      await applySchema(run, schema([tables], functionsThatSay('old', 1)))
      const broken = migration(
        3,
        'create table chatterd.half (n int); insert into chatterd.nowhere values (1)',
      )
      await assert.rejects(applySchema(run, schema([tables, rows, broken], functionsThatSay('new', 2))), {
        code: '42P01',
      })
      assert.deepEqual(await run('select * from chatterd.notes'), [])
      assert.equal(await say(run), 'old')
      await applySchema(run, schema([tables, rows], functionsThatSay('new', 2)))
      assert.deepEqual(await run('select n from chatterd.notes'), [{ n: 1 }])
      assert.equal(await say(run), 'new')
    })

    test('gets the functions of a newer build, and keeps none that this build does not have', async (t) => {
      const run = await connectOne(t)
      const more = `${functionsThatSay('old', 1).sql}; create function chatterd.another() returns int language sql as 'select 1'`
      await applySchema(run, schema([tables], { ...functionsThatSay('old', 1), sql: more }))
      await applySchema(run, schema([tables], functionsThatSay('new', 2)))
      await applySchema(run, schema([tables], functionsThatSay('new', 2)))
      assert.equal(await say(run), 'new')
      assert.deepEqual(
        await run(`select proname from pg_proc where pronamespace = 'chatterd'::regnamespace order by 1`),
        [{ proname: 'say' }, { proname: 'word' }],
      )
      assert.deepEqual(await run('select version, checksum from chatterd.functions'), [
        { version: 2, checksum: 'of new' },
      ])
    })

    test('gets the functions of a newer build also where procedures and aggregates were made in it by hand [upgrade]', async (t) => {
      const run = await connectOne(t)
      await applySchema(run, schema([tables], functionsThatSay('old', 1)))
      await run('create procedure chatterd.tidy() language sql as $$ select 1 $$')
      await run('create aggregate chatterd.total(integer) (sfunc = int4pl, stype = integer)')
      await applySchema(run, schema([tables], functionsThatSay('new', 2)))
      assert.equal(await say(run), 'new')
    })

    test('stays the same where something else uses its functions, and the error says what, and what to do [upgrade]', async (t) => {
      const run = await connectOne(t)
      await applySchema(run, schema([tables], functionsThatSay('old', 1)))
      await run('create view public.mine as select chatterd.say()')
      await assert.rejects(
        applySchema(run, schema([tables], functionsThatSay('new', 2))),
        refusal(
          /something else uses them: view (public\.)?mine depends on function chatterd\.say\(\)\. Drop what uses them/,
        ),
      )
      assert.equal(await say(run), 'old')
      await run('drop view public.mine')
      await applySchema(run, schema([tables], functionsThatSay('new', 2)))
      assert.equal(await say(run), 'new')
    })

    test('keeps the functions of a newer build: an older build is refused [no-downgrade]', async (t) => {
      const run = await connectOne(t)
      await applySchema(run, schema([tables], functionsThatSay('new', 2)))
      await assert.rejects(
        applySchema(run, schema([tables], functionsThatSay('old', 1))),
        refusal(/made by a newer chatterd \(version 2 of its functions\); this one has version 1\./),
      )
      assert.equal(await say(run), 'new')
    })

    test('is refused where it was made by a newer build, or where a migration has another text [no-downgrade]', async (t) => {
      const run = await connectOne(t)
      await applySchema(run, schema([tables, rows]))
      await assert.rejects(
        applySchema(run, schema([tables])),
        refusal(/made by a newer chatterd \(migration 2, number-2\); the last migration of this one is 1\./),
      )
      await assert.rejects(
        applySchema(run, schema([tables, migration(2, 'select 1', 'altered')])),
        refusal(/its migration 2 \(number-2\) is not the one that this build has \(altered\)/),
      )
    })

    test('needs no right to create schemas where it exists', {
      skip: kind.kind === 'embedded',
    }, async (t) => {
      const run = await connectOne(t)
      const role = `chatterd_test_${process.pid}`
      await run(`create role ${role}`)
      try {
        await run(`create schema chatterd authorization ${role}`)
        await run(`set role ${role}`)
        await assert.rejects(run('create schema another'), { code: '42501' })
        await applySchema(run, schema([tables, rows]))
        await applySchema(run, schema([tables, rows]))
      } finally {
        // Roles belong to the server, not to the database of this test.
        await run(`reset role; drop owned by ${role} cascade; drop role ${role}`)
      }
    })

    test('is made once when ten processes start at once [upgrade]', {
      skip: kind.kind === 'embedded',
    }, async (t) => {
      const runs = await connect(t, 10)
      await Promise.all(
        runs.map((run) => applySchema(run, schema([tables, rows], functionsThatSay('hello', 1)))),
      )
      assert.deepEqual(await runs[0]?.('select n from chatterd.notes'), [{ n: 1 }])
    })
  })
}
