import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import pg from 'pg'
import { EmbeddedServer } from '../../../src/store/embedded/embedded-server.ts'
import type { EmbeddedServerOptions } from '../../../src/store/embedded/embedded-server-options.ts'
import { databaseKinds } from './database-kinds.ts'

/** An embedded database, and a pool over it. Both end with the test. */
export async function startEmbedded(t: TestContext, options: EmbeddedServerOptions = {}) {
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
