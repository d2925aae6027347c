import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import pg from 'pg'
import { startEmbedded } from '../../../test/support/databases/start-embedded.ts'

test('the embedded database responds as PostgreSQL does', async (t) => {
  const { pool } = await startEmbedded(t)

  await t.test('a failed statement does not disturb the following ones', async () => {
    const client = await pool.connect()
    for (const text of ['selec 1', 'select 1/0', 'select * from nowhere']) {
      await assert.rejects(client.query(text), pg.DatabaseError)
      await assert.rejects(client.query({ name: `named ${text}`, text }), pg.DatabaseError)
      assert.deepEqual((await client.query({ name: 'one', text: 'select 1 as one' })).rows, [{ one: 1 }])
    }
    client.release()
  })

  await t.test(
    'the transaction of a lost connection is rolled back, and the next connection has a new session',
    async () => {
      await pool.query('create table kept (v text)')
      const lost = await pool.connect()
      await lost.query('begin')
      await lost.query({ name: 'write', text: 'insert into kept values ($1)', values: ['lost'] })
      lost.release(true)
      await pool.query({ name: 'write', text: 'insert into kept values ($1)', values: ['stored'] })
      assert.deepEqual((await pool.query('select v from kept')).rows, [{ v: 'stored' }])
    },
  )

  await t.test('large results and large parameters are complete', async () => {
    const { rows } = await pool.query("select repeat('0123456789', 1000000) as text")
    assert.equal(rows[0].text, '0123456789'.repeat(1_000_000))
    const image = Buffer.alloc(30_000_000, 'image').toString('base64')
    const echo = await pool.query('select length($1) as length, md5($1) = md5($2) as same', [image, image])
    assert.deepEqual(echo.rows, [{ length: 40_000_000, same: true }])
  })
})

/** Makes the database break down: in WebAssembly, PostgreSQL's check of the stack depth comes too late. */
const deadly = `create function pg_temp.deep(n int) returns int language plpgsql as 'begin return pg_temp.deep(n + 1); end';
  select pg_temp.deep(1)`

test('a statement that breaks the database fails, and after a restart all stored data is there', async (t) => {
  const { pool } = await startEmbedded(t)
  await pool.query('create table kept as select 1 as one')
  await assert.rejects(pool.query(deadly), /broke down over a statement/)
  assert.deepEqual((await pool.query('select one from kept')).rows, [{ one: 1 }])
})

test('a database that breaks down too often is not restarted, and the error says so', async (t) => {
  const fatal = Promise.withResolvers<Error>()
  const { pool } = await startEmbedded(t, { maxRestarts: 1, onFatal: fatal.resolve })
  await assert.rejects(pool.query(deadly))
  await assert.rejects(pool.query(deadly))
  assert.match((await fatal.promise).message, /cannot be kept running: The embedded database broke down/)
  await assert.rejects(pool.query('select 1'), /cannot be kept running/)
})

test('an endless statement whose client has disconnected does not block the database for others', async (t) => {
  const { pool } = await startEmbedded(t, { abandonedTimeoutMs: 50 })
  const endless = { text: "do 'begin loop end loop; end'", query_timeout: 50 }
  await assert.rejects(pool.query(endless), /timeout/)
  assert.equal((await pool.query('select 1')).rowCount, 1)
})

test('statements in progress fail when the database is closed', async (t) => {
  const { server, pool } = await startEmbedded(t)
  const waiting = assert.rejects(pool.query('select pg_sleep(0), generate_series(1, 1000000)'))
  await once(pool, 'acquire')
  await server.close()
  await waiting
  await assert.rejects(pool.query('select 1'), /is closed/)
})
