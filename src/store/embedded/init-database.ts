import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { siblingModule } from '../sibling-module.ts'

export interface InitDatabaseOptions {
  /** How long the creation may take, in milliseconds; default 120,000. It takes 5 to 8 s on a small machine. */
  createTimeoutMs?: number
  /** Called with a message for the user when something takes long. */
  onProgress?: (text: string) => void
}

/**
 * Makes an empty database in `directory`, unless that exists. Its files are written to a temporary folder beside it, which is renamed
 * to `directory` at the end: a process that is killed meanwhile leaves no incomplete database, and the next call removes its folder.
 * No other process may use the parent folder.
 *
 * A child process does this, because it needs 600 MB of memory, which a thread would not give back.
 */
export async function initDatabase(directory: string, options: InitDatabaseOptions = {}): Promise<void> {
  const prefix = `${basename(directory)}.new-`
  await removeIncomplete(dirname(directory), prefix)
  if (existsSync(directory)) return
  options.onProgress?.('Creating the embedded database. This is done once and takes a few seconds.')
  const temporary = await mkdtemp(join(dirname(directory), prefix))
  try {
    await runInitdb(temporary, options.createTimeoutMs ?? 120_000)
    await rename(temporary, directory)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    throw error
  }
}

async function removeIncomplete(folder: string, prefix: string): Promise<void> {
  for (const name of await readdir(folder)) {
    // The child of a process that was killed may still write into its folder.
    if (name.startsWith(prefix)) await rm(join(folder, name), { recursive: true, force: true, maxRetries: 5 })
  }
}

function runInitdb(directory: string, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(siblingModule(import.meta.url, 'init-database-process'), [directory], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      timeout,
      killSignal: 'SIGKILL',
    })
    let errorOutput = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      errorOutput = (errorOutput + chunk.toString()).slice(-2_000)
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) return resolve()
      const reason = signal ? `the process was ended by ${signal}` : errorOutput.trim() || `exit code ${code}`
      reject(new Error(`The embedded database could not be created in ${dirname(directory)}: ${reason}`))
    })
  })
}
