import { createHash, randomBytes } from 'node:crypto'
import { constants, cpSync, existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import {
  type Database,
  type DatabaseOptions,
  type DatabaseSource,
  openDatabase,
} from '../../../src/store/database.ts'
import { initDatabase } from '../../../src/store/embedded/init-database.ts'
import '../processes/end-with-runner.ts'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

/** What a test or a suite gives to have things removed at its end: `node:test`'s context, or `{ after }` of the module. */
export interface Ending {
  after(end: () => Promise<void>): void
}

/** One of the two kinds of database that chatterd runs on. */
export interface DatabaseKind {
  /** For titles. */
  name: string
  kind: DatabaseSource['kind']
  /** A fresh, empty database, removed at the end. A test that opens it closes it before. */
  create(ending: Ending): Promise<DatabaseSource>
  /** The address past a connection pooler, where there is one. */
  pastPooler?: (url: string) => string
  /** A fresh database, open and ready; closed and removed at the end. Half a second for the embedded one. */
  open(ending: Ending, options?: Omit<DatabaseOptions, 'source'>): Promise<Database>
}

/** Both kinds. Suites that apply to each run once for each. */
export const databaseKinds: DatabaseKind[] = [
  kindOf('the embedded database', 'embedded', createEmbedded),
  kindOf('PostgreSQL', 'postgresql', createInPostgres),
]

/** A PostgreSQL database with these defaults for each session. */
export function postgresWithDefaults(name: string, defaults: Record<string, string>): DatabaseKind {
  return kindOf(name, 'postgresql', async () => {
    const created = await createInPostgres()
    const database = new URL(created.source.url).pathname.slice(1)
    const admin = await postgresUrl()
    for (const [setting, value] of Object.entries(defaults))
      await runOn(admin, `alter database ${database} set ${setting} = '${value}'`)
    return created
  })
}

/** What a busy machine may take longer for than a user would wait. */
export const patient = { connectTimeoutMs: 30_000, probeTimeoutMs: 30_000 }

type Created = { source: DatabaseSource; remove(): Promise<void> }

function kindOf(name: string, kind: DatabaseSource['kind'], create: () => Promise<Created>): DatabaseKind {
  return {
    name,
    kind,
    async create(ending) {
      const { source, remove } = await create()
      ending.after(remove)
      return source
    },
    async open(ending, options) {
      const { source, remove } = await create()
      let database: Database | undefined
      ending.after(async () => {
        await database?.close()
        await remove()
      })
      database = await openDatabase({ ...patient, ...options, source })
      await database.whenReady
      return database
    },
  }
}

async function createEmbedded(): Promise<Created> {
  const dataDir = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  const files = join(dataDir, 'database')
  // Ten times as fast as the asynchronous one, for the thousand small files that these are.
  cpSync(await embeddedTemplate(), files, { recursive: true, mode: constants.COPYFILE_FICLONE })
  return {
    source: { kind: 'embedded', dataDir },
    remove: () => rm(dataDir, { recursive: true, force: true }),
  }
}

/**
 * An empty embedded database to copy: that takes milliseconds, and creating one seconds. Kept from run to run, for as long as
 * PGlite and the way that we create are the same.
 */
export async function embeddedTemplate(): Promise<string> {
  const recipe = new URL('../../../src/store/embedded/init-database-process.ts', import.meta.url)
  const pglite = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'))
  const key = createHash('sha256')
    .update(await readFile(recipe))
    .update(await readFile(pglite))
    .digest('hex')
  const cache = fileURLToPath(new URL('../../../node_modules/.cache/chatterd/', import.meta.url))
  const template = join(cache, `embedded-${key.slice(0, 16)}`)
  if (existsSync(template)) return template
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'new-'))
  await initDatabase(join(folder, 'database'))
  await rename(join(folder, 'database'), template).catch((error: NodeJS.ErrnoException) => {
    // Another process was faster.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
  await rm(folder, { recursive: true })
  return template
}

async function createInPostgres(): Promise<Created & { source: { kind: 'postgresql' } }> {
  const url = new URL(await postgresUrl())
  const admin = url.href
  const name = `chatterd_test_${randomBytes(6).toString('hex')}`
  await runOn(admin, `create database ${name}`)
  url.pathname = `/${name}`
  return {
    source: { kind: 'postgresql', url: url.href },
    remove: () => runOn(admin, `drop database ${name} with (force)`),
  }
}

/** Started by the first test of this process that needs it, where no server is named. */
let ownServer: Promise<PostgresServer> | undefined

/**
 * A PostgreSQL where tests may create databases: the one that `CHATTERD_TEST_DATABASE_URL` names, as the global set-up does for
 * all files of a run, or one of this process's own, which ends with it.
 */
async function postgresUrl(): Promise<string> {
  const named = process.env.CHATTERD_TEST_DATABASE_URL
  if (named) return named
  ownServer ??= startPostgres()
  return `${(await ownServer).url}postgres`
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
