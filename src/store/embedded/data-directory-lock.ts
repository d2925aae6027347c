import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isJsonObject } from '../../protocol/json.ts'

/** SQLite's result code for "another connection holds the lock": https://www.sqlite.org/rescode.html#busy */
const sqliteBusy = 5

/** The right to use a data directory, held until `release`, or until this process is gone, however it goes. */
export interface DataDirectoryLock {
  /** Tells those who are turned away where the owner serves. */
  announce(address: string): void
  release(): void
}

/**
 * Claims a data directory for this process; makes the directory where there is none. Throws where another process holds it,
 * with words that tell which.
 *
 * The lock is the kernel's, on `owner.lock`, taken through SQLite because Node itself offers none: it ends with its process,
 * so none is ever stale, and it holds between containers, where every process may be number 1. `owner.json` beside it only
 * tells who. Nothing else in this process may open `owner.lock`: closing any descriptor of it would drop the lock.
 */
export function lockDataDirectory(dataDir: string): DataDirectoryLock {
  const lock = takeLock(dataDir)
  const note = join(dataDir, 'owner.json')
  const self = { pid: process.pid, host: hostname(), since: new Date().toISOString() }
  writeNote(note, self)
  return {
    announce: (address) => writeNote(note, { ...self, address }),
    release() {
      rmSync(note, { force: true })
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
      throw new Error(inUse(dataDir), { cause: error })
    }
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The data directory ${dataDir} cannot be used: ${reason}.`, { cause: error })
  }
}

function inUse(dataDir: string): string {
  const owner = readNote(join(dataDir, 'owner.json'))
  const parts = ['chatterd']
  if (typeof owner.pid === 'number') parts.push(`process ${owner.pid}`)
  if (typeof owner.host === 'string' && owner.host !== hostname()) parts.push(`on ${owner.host}`)
  if (typeof owner.since === 'string') parts.push(`since ${owner.since}`)
  if (typeof owner.address === 'string') parts.push(`serving ${owner.address}`)
  const advice = 'stop it, or give this one another data directory (CHATTERD_DATA_DIR)'
  return `The database in ${dataDir} is in use by ${parts.join(', ')}; ${advice}.`
}

function readNote(file: string) {
  try {
    const note: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isJsonObject(note) ? note : {}
  } catch {
    // The owner may be between taking the lock and writing the note: the lock alone decides.
    return {}
  }
}

function writeNote(file: string, note: object): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(note)}\n`)
  renameSync(`${file}.new`, file)
}
