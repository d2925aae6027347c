import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import pg from 'pg'
import { databaseKinds } from '../../../test/databases.ts'
import { wireMessage as message, wireTypes } from '../../../test/wire-message.ts'
import { EmbeddedServer, type EmbeddedServerOptions } from './embedded-server.ts'

/** An embedded database, and a pool over it. Both end with the test. */
async function start(t: TestContext, options: EmbeddedServerOptions = {}) {
  const ends: (() => Promise<void>)[] = []
  const source = await databaseKinds[0]?.create({ after: (end) => void ends.push(end) })
  assert(source?.kind === 'embedded')
  const server = new EmbeddedServer(join(source.dataDir, 'database'), options)
  const config = {
    stream: () => server.socket(),
    host: '-',
    user: 'postgres',
    database: 'postgres',
    ssl: false,
  }
  const pool = new pg.Pool({ ...config, max: 1, connectionTimeoutMillis: 30_000 })
  pool.on('error', () => {})
  t.after(async () => {
    await pool.end()
    await server.close()
    for (const end of ends) await end()
  })
  await server.start()
  return { server, pool }
}

test('the embedded database answers as PostgreSQL does', async (t) => {
  const { pool } = await start(t)

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
    'a connection that is lost within a transaction leaves no trace for the next one',
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

  await t.test('large results and large parameters come whole', async () => {
    const { rows } = await pool.query("select repeat('0123456789', 1000000) as text")
    assert.equal(rows[0].text, '0123456789'.repeat(1_000_000))
    const image = Buffer.alloc(30_000_000, 'image').toString('base64')
    const echo = await pool.query('select length($1) as length, md5($1) = md5($2) as same', [image, image])
    assert.deepEqual(echo.rows, [{ length: 40_000_000, same: true }])
  })
})

test('the wire protocol of the embedded database', async (t) => {
  const { server } = await start(t)
  const socket = server.socket().connect()
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  const startup = message('', '\0\x03\0\0user\0postgres\0\0')
  const parse = (text: string) => message('P', `\0${text}\0\0\0`)
  const bind = message('B', '\0'.repeat(8))
  const execute = message('E', '\0'.repeat(5))
  const sync = message('S')

  /** Types of the messages that answer `bytes`, up to as many ReadyForQuery as asked for; without parameters, which come any time. */
  async function ask(bytes: Buffer[], ready = 1): Promise<string> {
    let answer = Buffer.alloc(0)
    const done = new Promise<string>((resolve) => {
      socket.on('data', function take(chunk: Buffer) {
        answer = Buffer.concat([answer, chunk])
        if (wireTypes(answer).split('Z').length <= ready) return
        socket.off('data', take)
        resolve(wireTypes(answer).replaceAll('S', ''))
      })
    })
    for (const part of bytes) socket.write(part)
    return await done
  }

  await t.test('the start-up packet is answered with leave to enter, a key and readiness', async () => {
    assert.match(await ask([startup]), /^RKZ$/)
  })

  await t.test(
    'an error within a pipeline skips the rest of it, and the next pipeline is answered',
    async () => {
      const broken = [parse('selec 1'), bind, execute, bind, execute, sync]
      const sound = [parse('select 1'), bind, execute, sync]
      assert.equal(await ask([Buffer.concat([...broken, ...sound])], 2), 'EZ12DCZ')
    },
  )

  await t.test('messages may be cut anywhere', async () => {
    const bytes = Buffer.concat([parse("select repeat('x', 20)"), bind, execute, sync])
    for (let at = 1; at < bytes.length; at += 1) {
      assert.equal(await ask([bytes.subarray(0, at), bytes.subarray(at)]), '12DCZ')
    }
  })

  await t.test('a second connection is served when the first one is closed', async () => {
    const second = server.socket().connect()
    second.once('connect', () => assert(socket.destroyed))
    assert.equal(await ask([parse('select 1'), bind, execute, sync]), '12DCZ')
    socket.end()
    await once(second, 'connect')
    second.destroy()
  })
})

/** Kills the instance within: PostgreSQL's check of the stack's depth comes too late in WebAssembly. */
const deadly = `create function pg_temp.deep(n int) returns int language plpgsql as 'begin return pg_temp.deep(n + 1); end';
  select pg_temp.deep(1)`

test('a statement that breaks the database fails, and the next ones find it restarted with all that was stored', async (t) => {
  const { pool } = await start(t)
  await pool.query('create table kept as select 1 as one')
  await assert.rejects(pool.query(deadly), /broke down over a statement/)
  assert.deepEqual((await pool.query('select one from kept')).rows, [{ one: 1 }])
})

test('a database that breaks down again and again is given up, with words', async (t) => {
  const fatal = Promise.withResolvers<Error>()
  const { pool } = await start(t, { maxRestarts: 1, onFatal: fatal.resolve })
  await assert.rejects(pool.query(deadly))
  await assert.rejects(pool.query(deadly))
  assert.match((await fatal.promise).message, /cannot be kept running: The embedded database broke down/)
  await assert.rejects(pool.query('select 1'), /cannot be kept running/)
})

test('a statement without end, whose client has given up, does not keep the database from others', async (t) => {
  const { pool } = await start(t, { abandonedTimeoutMs: 50 })
  const endless = { text: "do 'begin loop end loop; end'", query_timeout: 50 }
  await assert.rejects(pool.query(endless), /timeout/)
  assert.equal((await pool.query('select 1')).rowCount, 1)
})

test('who still waits when the database is closed is told', async (t) => {
  const { server, pool } = await start(t)
  const waiting = assert.rejects(pool.query('select pg_sleep(0), generate_series(1, 1000000)'))
  await once(pool, 'acquire')
  await server.close()
  await waiting
  await assert.rejects(pool.query('select 1'), /is closed/)
})
