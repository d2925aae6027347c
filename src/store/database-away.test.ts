import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type DatabaseKind, databaseKinds } from '../../test/support/databases/database-kinds.ts'
import { startPostgres } from '../../test/support/databases/postgres-server.ts'
import { openTcpProxy } from '../../test/support/databases/tcp-proxy.ts'
import { createFor, schemaOf, stateWatch } from '../../test/support/databases/unopened-database.ts'
import { type Database, type DatabaseOptions, openDatabase } from './database.ts'

const notes = 'create table chatterd.notes (n int unique)'
const one = { name: 'one', text: 'select 1 as one' }
const away = { code: 'database-unavailable' }

describe('PostgreSQL that is away', () => {
  /** A database behind a proxy. */
  async function behindProxy(t: TestContext, options: Partial<DatabaseOptions> = {}) {
    const { source, end } = await createFor(databaseKinds[1] as DatabaseKind)
    assert(source.kind === 'postgresql')
    const url = new URL(source.url)
    const proxy = await openTcpProxy(url.hostname, Number(url.port))
    url.host = `127.0.0.1:${proxy.port}`
    url.password = 'verysecret'
    let database: Database | undefined
    t.after(async () => {
      proxy.close()
      await database?.close()
      await end()
    })
    const watch = stateWatch()
    const schema = schemaOf(notes)
    const open = async () => {
      database = await openDatabase({
        source: { kind: 'postgresql', url: url.href },
        schema,
        ...watch,
        ...options,
      })
      return database
    }
    return { proxy, watch, open }
  }

  test('at the start: the database opens nevertheless, rejects statements, and becomes ready when the server is reachable', async (t) => {
    const { proxy, watch, open } = await behindProxy(t)
    proxy.shut()
    const database = await open()
    await assert.rejects(database.query(one), away)
    await watch.until((state) => !state.ready && /lost|ECONN/.test(state.detail))
    await assert.rejects(database.check(), away)
    proxy.open()
    await database.whenReady
    assert.deepEqual(await database.query(one), [{ one: 1 }])
  })

  test('later: waiting statements fail, and the database becomes ready again by itself', async (t) => {
    const { proxy, watch, open } = await behindProxy(t)
    const database = await open()
    await database.whenReady
    const waiting = assert.rejects(database.query({ name: 'sleep', text: 'select pg_sleep(60)' }), away)
    await database.query(one)
    proxy.shut()
    await waiting
    await assert.rejects(database.query(one), away)
    await watch.until((state) => !state.ready)
    proxy.open()
    await watch.until((state) => state.ready)
    assert.deepEqual(await database.query(one), [{ one: 1 }])
  })

  // The time-outs of statements and connections are long here: the probes of the server must find it out.
  const patient = {
    statementTimeoutMs: 600_000,
    connectTimeoutMs: 600_000,
    suspectAfterMs: 50,
    probeTimeoutMs: 1_000,
  }

  test('with connections that stay open, as when packets vanish: statements in progress fail, and those that wait for a connection', async (t) => {
    const { proxy, watch, open } = await behindProxy(t, { ...patient, poolSize: 2 })
    const database = await open()
    await database.whenReady
    await Promise.all([database.query(one), database.query(one)])
    proxy.freeze()
    await Promise.all(Array.from({ length: 5 }, () => assert.rejects(database.query(one), away)))
    await assert.rejects(database.check(), away)
    proxy.open()
    await watch.until((state) => state.ready)
    assert.deepEqual(await database.query(one), [{ one: 1 }])
  })

  test('with connections that never open, from the start', async (t) => {
    const { proxy, watch, open } = await behindProxy(t, patient)
    proxy.freeze()
    const database = await open()
    await watch.until((state) => !state.ready && /does not answer/.test(state.detail))
    proxy.open()
    await database.whenReady
    assert.deepEqual(await database.query(one), [{ one: 1 }])
  })

  test('not: a statement that is only slow is not ended', async (t) => {
    const { open } = await behindProxy(t, patient)
    const database = await open()
    await database.whenReady
    const slow = { name: 'slow', text: 'select 1 as one from pg_sleep(0.4)' }
    assert.deepEqual(await database.query(slow), [{ one: 1 }])
    assert.deepEqual(database.state(), { ready: true })
  })

  test('not: a server that is too busy for a new connection, but responds on others, keeps its connections', async (t) => {
    const { proxy, open } = await behindProxy(t, { ...patient, probeTimeoutMs: 100, poolSize: 2 })
    const database = await open()
    await database.whenReady
    await Promise.all([database.query(one), database.query(one)])
    proxy.crowd()
    const slow = database.query({ name: 'slow', text: 'select 1 as one from pg_sleep(1)' })
    let isOver = false
    const over = slow.finally(() => {
      isOver = true
    })
    while (!isOver) await database.query(one)
    assert.deepEqual(await over, [{ one: 1 }])
    assert.deepEqual(database.state(), { ready: true })
  })

  test('a statement that exceeds its time-out fails, and its connection is not used again', async (t) => {
    const { open } = await behindProxy(t, { statementTimeoutMs: 1_500, suspectAfterMs: 20, poolSize: 1 })
    const database = await open()
    await database.whenReady
    const sleep = database.query({ name: 'sleep', text: 'select pg_sleep(60)' })
    await assert.rejects(sleep, { ...away, message: /did not answer within 1500 ms/ })
    assert.deepEqual(await database.query(one), [{ one: 1 }])
  })

  test('busy: when too many statements wait for a connection, further ones fail', async (t) => {
    const { open } = await behindProxy(t, { poolSize: 1, maxWaiting: 2 })
    const database = await open()
    await database.whenReady
    const ask = () => database.query(one).then(() => 'done', String)
    const outcomes = await Promise.all(Array.from({ length: 5 }, ask))
    assert.deepEqual([...new Set(outcomes)].sort(), [
      'ChatterdError: Too many requests at once: all connections to the database are busy (setting CHATTERD_DATABASE_POOL). Try again later.',
      'done',
    ])
  })

  test('busy: a statement waits for a connection for as long as it may, and the database stays ready', async (t) => {
    const { open } = await behindProxy(t, { poolSize: 1, waitMs: 300 })
    const database = await open()
    await database.whenReady
    const sleep = (seconds: number) =>
      database.query({ name: `sleep ${seconds}`, text: `select pg_sleep(${seconds})` })
    const [, short] = await Promise.all([sleep(0.1), database.query(one)])
    assert.deepEqual(short, [{ one: 1 }])
    const long = sleep(1.5)
    await assert.rejects(database.query(one), { ...away, message: /^Too many requests at once/ })
    await long
    assert.deepEqual(database.state(), { ready: true })
  })

  test('error messages never contain the password, and those that clients read no address', async (t) => {
    const { proxy, watch, open } = await behindProxy(t)
    const database = await open()
    await database.whenReady
    proxy.close()
    const detail = `connect ECONNREFUSED 127.0.0.1:${proxy.port}`
    await watch.until((state) => !state.ready && state.detail === detail)
    const message = 'The database is not available: it cannot be reached. Try again later.'
    await assert.rejects(database.query(one), { ...away, message })
    await assert.rejects(database.check(), { ...away, message })
    const address = 'not an address: verysecret'
    await assert.rejects(openDatabase({ source: { kind: 'postgresql', url: address } }), (error) => {
      assert.match(String(error), /expected postgres:\/\//)
      assert.doesNotMatch(String(error), /verysecret/)
      return true
    })
  })
})

test('a PostgreSQL that is shut down or read-only makes the database unavailable, and is used again after a restart', async (t) => {
  const server = await startPostgres()
  const watch = stateWatch()
  const schema = schemaOf(notes)
  const database = await openDatabase({
    source: { kind: 'postgresql', url: `${server.url}postgres` },
    schema,
    ...watch,
  })
  t.after(async () => {
    await database.close()
    await server.remove()
  })
  await database.whenReady
  const waiting = assert.rejects(database.query({ name: 'sleep', text: 'select pg_sleep(60)' }), away)
  await database.query({ name: 'write', text: 'insert into chatterd.notes values (1)' })
  await server.stop()
  await waiting
  await watch.until((state) => !state.ready)
  await assert.rejects(database.check(), away)
  await server.start()
  await watch.until((state) => state.ready)
  assert.deepEqual(await database.query({ name: 'read', text: 'select n from chatterd.notes' }), [{ n: 1 }])

  await database.query({ name: 'freeze', text: 'alter system set default_transaction_read_only = on' })
  await database.query({ name: 'reload', text: 'select pg_reload_conf()' })
  const write = { name: 'write n', text: 'insert into chatterd.notes values ($1)' }
  await assert.rejects(async () => {
    // The server's processes read the new settings when they handle their next statement.
    for (let n = 2; ; n += 1)
      await database.query({ ...write, name: `write ${n}`, text: `insert into chatterd.notes values (${n})` })
  }, away)
  await watch.until((state) => !state.ready && /read-only/.test(state.detail))
})
