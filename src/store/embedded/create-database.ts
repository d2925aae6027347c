import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { siblingModule } from './sibling-module.ts'

export interface CreateDatabaseOptions {
  /** How long the creation may take, in ms; default 120,000. It takes 5 to 8 s on a small machine. */
  createTimeoutMs?: number
  /** Told, in words, of what takes long. */
  onProgress?: (text: string) => void
}

/**
 * Makes the files of an empty database in `directory`, unless they are there. They are made in a folder beside it, which
 * gets its name when it is whole: whoever is killed in between leaves no half database, and the next removes what is left.
 * The caller owns the folder that holds them.
 *
 * It is done by a child process because it takes 600 MB of memory, which a thread would not give back.
 */
export async function createDatabase(directory: string, options: CreateDatabaseOptions = {}): Promise<void> {
  const prefix = `${basename(directory)}.new-`
  await removeLeftovers(dirname(directory), prefix)
  if (existsSync(directory)) return
  options.onProgress?.('Creating the embedded database. This is done once and takes a few seconds.')
  const fresh = await mkdtemp(join(dirname(directory), prefix))
  try {
    await runInitdb(fresh, options.createTimeoutMs ?? 120_000)
    await rename(fresh, directory)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
}

async function removeLeftovers(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    // The child of a killed creation may still write into its folder.
    if (name.startsWith(prefix)) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

function runInitdb(directory: string, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(siblingModule(import.meta.url, 'create-database-process'), [directory], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout,
      killSignal: 'SIGKILL',
    })
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-2_000)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) return resolve()
      const how = signal ? `the process was ended by ${signal}` : complaint.trim() || `exit code ${code}`
      reject(new Error(`The embedded database could not be created in ${dirname(directory)}: ${how}`))
    })
  })
}
