import { randomBytes } from 'node:crypto'
import { constants, existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type Database, type DatabaseOptions, type DatabaseSource, openDatabase } from '../src/store/database.ts'
import { createDatabase } from '../src/store/embedded/create-database.ts'
import { startPostgres } from './postgres-server.ts'

/** What a test or a suite gives to have things removed at its end: `node:test`'s context, or `{ after }` of the module. */
export interface Ending {
  after(end: () => Promise<void>): void
}

/** One of the two kinds of database that chatterd runs on. */
export interface DatabaseKind {
  /** For titles. */
  name: string
  kind: DatabaseSource['kind']
  /** A fresh, empty database, removed at the end. Whoever opens it closes it before. */
  create(ending: Ending): Promise<DatabaseSource>
  /** A fresh database, open and ready; closed and removed at the end. Half a second for the embedded one. */
  open(ending: Ending, options?: Omit<DatabaseOptions, 'source'>): Promise<Database>
}

/** Both kinds. Suites that hold for each run once for each. */
export const databaseKinds: DatabaseKind[] = [
  kindOf('the embedded database', 'embedded', createEmbedded),
  kindOf('PostgreSQL', 'postgresql', createInPostgres),
]

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
      database = await openDatabase({ ...options, source })
      await database.whenReady
      return database
    },
  }
}

/** Kept from run to run, by PGlite's version: an empty database takes seconds to create, and milliseconds to copy. */
async function embeddedTemplate(): Promise<string> {
  const packageFile = fileURLToPath(new URL('../../package.json', import.meta.resolve('@electric-sql/pglite')))
  const { version } = JSON.parse(await readFile(packageFile, 'utf8'))
  const template = fileURLToPath(new URL(`../node_modules/.cache/chatterd/pglite-${version}`, import.meta.url))
  if (existsSync(template)) return template
}

async function createEmbedded(): Promise<Created> {
  const dataDir = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  await cp(await embeddedTemplate(), join(dataDir, 'database'), { recursive: true, mode: constants.COPYFILE_FICLONE })
  return { source: { kind: 'embedded', dataDir }, remove: () => rm(dataDir, { recursive: true, force: true }) }
}
