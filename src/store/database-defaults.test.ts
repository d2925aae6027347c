import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseKinds, postgresWithDefaults } from '../../test/support/databases/database-kinds.ts'
import { schemaOf } from '../../test/support/databases/unopened-database.ts'

const [, postgres] = databaseKinds
assert(postgres)

const strict = postgresWithDefaults('strict', {
  default_transaction_isolation: 'serializable',
  statement_timeout: '200ms',
  lock_timeout: '20ms',
})

test('time-outs that a database has for all its sessions end no statement of chatterd [session-defaults]', async (t) => {
  const database = await strict.open(t, { schema: schemaOf('create table chatterd.notes (n int)') })
  const slow = { name: 'slow', text: 'select 1 as one from pg_sleep(0.5)' }
  assert.deepEqual(await database.query(slow), [{ one: 1 }])
})

test('statements that meet on one row all succeed where the database isolates transactions from each other [session-defaults]', async (t) => {
  const schema = schemaOf('create table chatterd.counts (n int)', 'insert into chatterd.counts values (0)')
  const database = await strict.open(t, { schema })
  const text = 'update chatterd.counts set n = n + 1 from pg_sleep(0.02)'
  await Promise.all(Array.from({ length: 30 }, () => database.query({ name: 'count', text })))
  assert.deepEqual(await database.query({ name: 'read', text: 'select n from chatterd.counts' }), [{ n: 30 }])
})

test('prepared statements that get lost, as behind a connection pooler, are not used any more', async (t) => {
  const database = await postgres.open(t, { schema: schemaOf(), poolSize: 1 })
  const add = { name: 'add', text: 'select $1::int + 1 as sum', values: [1] }
  assert.deepEqual(await database.query(add), [{ sum: 2 }])
  await database.query({ name: 'lose', text: 'deallocate all' })
  for (const value of [2, 3])
    assert.deepEqual(await database.query({ ...add, values: [value] }), [{ sum: value + 1 }])
})

for (const [code, name] of Object.entries({ '40001': 'a serialization failure', '40P01': 'a deadlock' })) {
  /** A schema with a function that fails with the code as often as this, and then returns how often it was called. */
  const failing = (times: number) => {
    const sql = `
    create function chatterd.try() returns bigint language plpgsql as $$
    begin
      if nextval('chatterd.calls') <= ${times} then raise 'rolled back' using errcode = '${code}'; end if;
      return currval('chatterd.calls');
    end $$`
    return { ...schemaOf('create sequence chatterd.calls'), functions: { version: 1, checksum: sql, sql } }
  }
  const call = { name: 'try', text: 'select chatterd.try() as calls' }

  test(`a statement that PostgreSQL rolls back for ${name} is repeated`, async (t) => {
    const database = await postgres.open(t, { schema: failing(3) })
    assert.deepEqual(await database.query(call), [{ calls: 4 }])
  })

  test(`a statement that PostgreSQL always rolls back for ${name} fails in the end`, async (t) => {
    const database = await postgres.open(t, { schema: failing(1_000) })
    await assert.rejects(database.query(call), { code })
  })
}
