import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { databaseKinds } from '../../test/support/databases/database-kinds.ts'
import { createFor } from '../../test/support/databases/unopened-database.ts'
import { openStore, type StoreCallbacks, type StoreSettings } from './open-store.ts'

const callbacks: StoreCallbacks = {
  onProgress() {},
  onNotice: assert.fail,
  onStateChange() {},
  onEnded() {},
  onFault: assert.fail,
}

test('a start on a PostgreSQL database of a newer chatterd is refused, because waiting would not help [no-downgrade]', async () => {
  const { source, end } = await createFor(databaseKinds[1] ?? assert.fail())
  assert(source.kind === 'postgresql')
  const settings: StoreSettings = {
    databaseUrl: source.url,
    databaseListenUrl: undefined,
    databasePooling: 'auto',
    dataDir: '',
    databasePool: 2,
    databaseTimeoutMs: 30_000,
    databaseWaitMs: 30_000,
    leaseMs: 15_000,
    hangTimeoutMs: 60_000,
    maxTools: 1,
    logCacheBytes: 0,
    busyQueue: 1,
    maxUnjournaledEvents: 64,
    callTimeoutMs: 60_000,
    keyLifeMs: 60_000,
    eventRetentionMs: 60_000,
    toolStarts: 3,
  }
  await (await openStore(settings, callbacks)).close()
  const client = new pg.Client({ connectionString: source.url })
  await client.connect()
  await client.query(`insert into chatterd.migrations values (9999, 'from-the-future', '')`)
  await client.end()
  await assert.rejects(openStore(settings, callbacks), {
    code: 'database-unavailable',
    message: /made by a newer chatterd \(migration 9999, from-the-future\)/,
  })
  await end()
})
