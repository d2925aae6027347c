import { fileURLToPath } from 'node:url'
import { embeddedTemplate } from './support/databases/database-kinds.ts'
import { type PostgresServer, startPostgres } from './support/databases/postgres-server.ts'
import { makeTemporaryFolder, type TemporaryFolder } from './support/processes/temporary-folder.ts'

// For node's --test-global-setup: what the files of a run share, each of which is a process of its own.

let folder: TemporaryFolder | undefined
let server: PostgresServer | undefined
let ending: Promise<void> | undefined

export async function globalSetup(): Promise<void> {
  // Hundreds of processes load the same modules: compiled once, they start in two thirds of the time.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
    new URL('../node_modules/.cache/chatterd/compiled/', import.meta.url),
  )
  folder = await makeTemporaryFolder()
  process.env.TMPDIR = folder.path
  const template = embeddedTemplate()
  if (!process.env.CHATTERD_TEST_DATABASE_URL) {
    server = await startPostgres()
    process.env.CHATTERD_TEST_DATABASE_URL = `${server.url}postgres`
  }
  await template
}

/** Node calls it once more where it is interrupted meanwhile. */
export function globalTeardown(): Promise<void> {
  ending ??= end()
  return ending
}

async function end(): Promise<void> {
  await server?.remove()
  await folder?.remove()
}
