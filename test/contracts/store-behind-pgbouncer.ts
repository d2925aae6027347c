import assert from 'node:assert/strict'
import { after } from 'node:test'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { startPgBouncer } from '../support/databases/pgbouncer.ts'
import { startPostgres } from '../support/databases/postgres-server.ts'
import { testStore } from './store.ts'

// `npm run test:pgbouncer`: needs PgBouncer on this machine.

const postgres = await startPostgres()
const pgbouncer = await startPgBouncer(postgres.url, 'transaction')
after(async () => {
  await pgbouncer.close()
  await postgres.remove()
})
process.env.CHATTERD_TEST_DATABASE_URL = `${postgres.url}postgres`

const [, direct] = databaseKinds
assert(direct)

testStore({
  ...direct,
  name: 'PostgreSQL behind PgBouncer, which shares its sessions',
  async create(ending) {
    const source = await direct.create(ending)
    return source.kind === 'postgresql' ? { ...source, url: pgbouncer.through(source.url) } : source
  },
  pastPooler(url) {
    const past = new URL(url)
    past.host = new URL(postgres.url).host
    return past.href
  },
})
