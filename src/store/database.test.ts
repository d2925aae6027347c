import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { databaseKinds } from '../../test/support/databases/database-kinds.ts'
import { createFor, schemaOf } from '../../test/support/databases/unopened-database.ts'
import { openDatabase } from './database.ts'

const notes = 'create table chatterd.notes (n int unique)'
const one = { name: 'one', text: 'select 1 as one' }
const away = { code: 'database-unavailable' }

for (const kind of databaseKinds) {
  test(`a database: ${kind.name}`, async (t) => {
    const database = await kind.open(t, { schema: schemaOf(notes) })

    await t.test('is ready', async () => {
      assert.equal(database.kind, kind.kind)
      assert.deepEqual(database.state(), { ready: true })
      await database.check()
    })

    await t.test('returns bigints as numbers where they are safe integers, and JSON parsed', async () => {
      const text = `select 9007199254740991::bigint as safe, 9007199254740993::bigint as unsafe, '{"a":[1]}'::jsonb as b, '{"c":null}'::json as j`
      const expected = { safe: 9007199254740991, unsafe: '9007199254740993', b: { a: [1] }, j: { c: null } }
      assert.deepEqual(await database.query({ name: 'types', text }), [expected])
    })

    await t.test('throws SQL errors with their SQLSTATE, and runs the next statement', async () => {
      const write = { name: 'write', text: 'insert into chatterd.notes values ($1)', values: [1] }
      await database.query(write)
      await assert.rejects(database.query(write), { code: '23505', constraint: 'notes_n_key' })
      await assert.rejects(database.query({ name: 'bad', text: 'selec' }), { code: '42601' })
      assert.deepEqual(await database.query({ name: 'read', text: 'select n from chatterd.notes' }), [
        { n: 1 },
      ])
    })

    await t.test('runs many statements at once', async () => {
      const text = 'select $1::int as n'
      const results = Array.from({ length: 100 }, (_, n) =>
        database.query({ name: 'echo', text, values: [n] }),
      )
      assert.deepEqual(
        (await Promise.all(results)).flat(),
        Array.from({ length: 100 }, (_, n) => ({ n })),
      )
    })
  })

  describe(`a database that is refused: ${kind.name}`, () => {
    test('because it was made by a newer build: for good, with a message that says so', async () => {
      const { source, end } = await createFor(kind)
      const newer = await openDatabase({ source, schema: schemaOf(notes, 'select 2') })
      await newer.whenReady
      await newer.close()
      const database = await openDatabase({ source, schema: schemaOf(notes) })
      await assert.rejects(database.whenReady, /made by a newer chatterd \(migration 2, part\)/)
      const state = database.state()
      assert(!state.ready && state.final)
      await assert.rejects(database.query(one), { ...away, message: /newer chatterd/ })
      await database.close()
      await end()
    })

    test('because it was closed', async () => {
      const { source, end } = await createFor(kind)
      const database = await openDatabase({ source, schema: schemaOf(notes) })
      await database.whenReady
      await database.close()
      await assert.rejects(database.query(one), away)
      await end()
    })
  })
}
