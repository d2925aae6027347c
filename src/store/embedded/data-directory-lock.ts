import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isJsonObject } from '../../protocol/json.ts'

/** SQLite's result code for "another connection holds the lock": https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5

/** The lock on a data directory, held until `release`, or until this process ends in any way. */
export interface DataDirectoryLock {
  /** Publishes the address that this process serves, for the error that a second process on the same data gets. */
  announce(address: string): void
  release(): void
}

/**
 * Locks a data directory for this process; makes the directory where there is none. Throws where another process has locked it, with
 * a message that names that process.
 *
 * The kernel holds the lock, on the file `owner.lock`. It is taken through SQLite because Node has no function for it. It ends with
 * its process, so none is left behind, and it works between containers, where each process may have the id 1. `owner.json` beside it
 * only describes the process. Nothing else in this process may open `owner.lock`: closing any descriptor of it releases the lock.
 */
export function lockDataDirectory(dataDir: string): DataDirectoryLock {
  const lock = takeLock(dataDir)
  const file = join(dataDir, 'owner.json')
  const self = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
  writeOwner(file, self)
  return {
    announce: (address) => writeOwner(file, { ...self, address }),
    release() {
      rmSync(file, { force: true })
      lock.close()
    },
  }
}

function takeLock(dataDir: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    lock = new DatabaseSync(join(dataDir, 'owner.lock'), { timeout: 0 })
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock?.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) {
      throw new Error(inUseMessage(dataDir), { cause: error })
    }
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The data directory ${dataDir} cannot be used: ${reason}.`, { cause: error })
  }
}

function inUseMessage(dataDir: string): string {
  const owner = readOwner(join(dataDir, 'owner.json'))
  const parts = ['chatterd']
  if (typeof owner.pid === 'number') parts.push(`process ${owner.pid}`)
  if (typeof owner.host === 'string' && owner.host !== hostname()) parts.push(`on ${owner.host}`)
  if (typeof owner.since === 'string') parts.push(`since ${owner.since}`)
  if (typeof owner.address === 'string') parts.push(`serving ${owner.address}`)
  const advice = 'stop it, or give this one another data directory (CHATTERD_DATA_DIR)'
  return `The database in ${dataDir} is in use by ${parts.join(', ')}; ${advice}.`
}

/** An empty object where the file is missing or incomplete: a process takes the lock before it writes the file. */
function readOwner(file: string) {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isJsonObject(owner) ? owner : {}
  } catch {
    return {}
  }
}

function writeOwner(file: string, owner: object): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(owner)}\n`)
  renameSync(`${file}.new`, file)
}
