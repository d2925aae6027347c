import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { databaseKinds } from '../../test/databases.ts'
import { type Migration, MigrationRefused, migrate, type RunSql, readMigrations } from './migrate.ts'
import { openServer } from './open-server.ts'

async function folderOf(t: TestContext, files: Record<string, string>): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [name, sql] of Object.entries(files)) await writeFile(join(folder, name), sql)
  return pathToFileURL(`${folder}/`)
}

const migration = (number: number, sql: string, name = `number-${number}`): Migration => {
  return { number, name, sql, checksum: `of ${sql}` }
}
const tables = migration(1, 'create table chatterd.notes (n int); create table chatterd.others (n int)')
const rows = migration(2, 'insert into chatterd.notes values (1)')

test('migrations are read in order, with checksums that do not depend on line ends', async (t) => {
  const unix = await readMigrations(
    await folderOf(t, { '0002-rows.sql': 'b', '0001-first-tables.sql': 'a\nb\n', 'README.md': '' }),
  )
  const windows = await readMigrations(await folderOf(t, { '0001-first-tables.sql': 'a\r\nb\r\n' }))
  assert.deepEqual(
    unix.map(({ number, name }) => [number, name]),
    [
      [1, 'first-tables'],
      [2, 'rows'],
    ],
  )
  assert.equal(unix[0]?.checksum, windows[0]?.checksum)
  assert.notEqual(unix[0]?.checksum, unix[1]?.checksum)
})

test('a migrations folder with a gap, a number twice or another name is refused', async (t) => {
  for (const names of [['0002-b.sql'], ['0001-a.sql', '0001-b.sql'], ['1-a.sql'], ['0001-a.sql', 'b.sql']]) {
    const folder = await folderOf(t, Object.fromEntries(names.map((name) => [name, ''])))
    await assert.rejects(readMigrations(folder), /is out of place: migrations are named/)
  }
})

for (const kind of databaseKinds) {
  describe(`migrations on ${kind.name}`, () => {
    /** Runs SQL in a fresh database. */
    async function connect(t: TestContext, size = 1) {
      const ends: (() => Promise<void>)[] = []
      const source = await kind.create({ after: (end) => void ends.push(end) })
      // Ten connections at once take their time on a busy machine.
      const server = await openServer({ source, connectTimeoutMs: 60_000 }, assert.fail)
      const pools = Array.from({ length: size }, () => new pg.Pool({ ...server.pool, max: 1 }))
      // A pool has ended before its connections have: removing the database cuts off those that are late.
      for (const pool of pools) pool.on('error', () => {})
      t.after(async () => {
        for (const pool of pools) await pool.end()
        await server.close()
        for (const end of ends) await end()
      })
      return pools.map(
        (pool): RunSql =>
          async (text, values) =>
            (await pool.query(text, values)).rows,
      )
    }

    async function connectOne(t: TestContext): Promise<RunSql> {
      const [run] = await connect(t)
      assert(run)
      return run
    }

    test('are applied once, in order, and recorded; new ones follow later', async (t) => {
      const run = await connectOne(t)
      await migrate(run, [tables])
      await migrate(run, [tables, rows])
      await migrate(run, [tables, rows])
      assert.deepEqual(await run('select n from chatterd.notes'), [{ n: 1 }])
      const recorded = await run(
        'select number, name, checksum, applied_at is not null as dated from chatterd.migrations',
      )
      assert.deepEqual(recorded, [
        { number: 1, name: 'number-1', checksum: tables.checksum, dated: true },
        { number: 2, name: 'number-2', checksum: rows.checksum, dated: true },
      ])
    })

    test('touch nothing outside of their schema', async (t) => {
      const run = await connectOne(t)
      await run('create table chatts (message text)')
      const others = `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname !~ '^(chatterd|pg_)' order by 1, 2`
      const before = await run(others)
      await migrate(run, [tables, rows])
      assert.deepEqual(await run(others), before)
    })

    test('leave nothing of one that fails, and the next try goes on from there', async (t) => {
      const run = await connectOne(t)
      const broken = migration(
        2,
        'create table chatterd.half (n int); insert into chatterd.nowhere values (1)',
      )
      await assert.rejects(migrate(run, [tables, broken]), { code: '42P01' })
      assert.deepEqual(await run("select to_regclass('chatterd.half') as half"), [{ half: null }])
      await migrate(run, [tables, rows])
      assert.equal((await run('select * from chatterd.migrations')).length, 2)
    })

    test('are refused where the database was made by a newer program, or with another text', async (t) => {
      const run = await connectOne(t)
      await migrate(run, [tables, rows])
      await assert.rejects(migrate(run, [tables]), (error) => {
        assert(error instanceof MigrationRefused)
        assert.match(
          error.message,
          /made by a newer chatterd \(migration 2, number-2\); this one knows up to 1\./,
        )
        return true
      })
      await assert.rejects(migrate(run, [tables, migration(2, 'select 1', 'altered')]), (error) => {
        assert(error instanceof MigrationRefused)
        assert.match(
          error.message,
          /its migration 2 \(number-2\) is not the one that this build has \(altered\)/,
        )
        return true
      })
    })

    test('need no right to create schemas where theirs is there', {
      skip: kind.kind === 'embedded',
    }, async (t) => {
      const run = await connectOne(t)
      const role = `chatterd_test_${process.pid}`
      await run(`create role ${role}`)
      try {
        await run(`create schema chatterd authorization ${role}`)
        await run(`set role ${role}`)
        await assert.rejects(run('create schema another'), { code: '42501' })
        await migrate(run, [tables, rows])
        await migrate(run, [tables, rows])
      } finally {
        // Roles belong to the server, not to the database of this test.
        await run(`reset role; drop owned by ${role} cascade; drop role ${role}`)
      }
    })

    test('are applied once when ten processes start at once', {
      skip: kind.kind === 'embedded',
    }, async (t) => {
      const runs = await connect(t, 10)
      await Promise.all(runs.map((run) => migrate(run, [tables, rows])))
      assert.deepEqual(await runs[0]?.('select n from chatterd.notes'), [{ n: 1 }])
    })
  })
}
