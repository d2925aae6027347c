import { type FSWatcher, watch } from 'node:fs'
import { stat } from 'node:fs/promises'
import { oneAtATime } from './one-at-a-time.ts'

export interface ChangeNoticesOptions {
  /** How long nothing must have happened in the folders before it is time to look, in milliseconds. Default 50. */
  quietMs?: number
  /** How often it is time to look for changes that the system does not report, and however much happens, in milliseconds. Default 2,000. */
  pollMs?: number
}

/** What watches a folder, and which folder that is: another one may come to have its path. */
interface WatchedFolder {
  watcher: FSWatcher
  id: string
}

/**
 * Says when it is time to look for changes: soon after something has happened in one of the folders, and again and again by time, because
 * systems report nothing from some network folders and of what is behind symbolic links.
 */
export class ChangeNotices {
  readonly #look: () => void
  readonly #quietMs: number
  readonly #pollMs: number
  readonly #poll: NodeJS.Timeout
  #quiet: NodeJS.Timeout | undefined
  /** When it was first said that it is time to look, since the last time. */
  #since = 0
  #paths: ReadonlySet<string> = new Set()
  /** By path. */
  readonly #watched = new Map<string, WatchedFolder>()
  readonly #watchAll = oneAtATime(async () => {
    await Promise.all([...this.#paths].map((path) => this.#watchOne(path)))
  })
  #isClosed = false

  constructor(look: () => void, { quietMs = 50, pollMs = 2_000 }: ChangeNoticesOptions = {}) {
    this.#look = look
    this.#quietMs = quietMs
    this.#pollMs = pollMs
    this.#poll = setInterval(() => {
      this.lookSoon()
      void this.#watchAll()
    }, pollMs)
    this.#poll.unref()
  }

  /** The folders from now on, whether they are there or not. Resolves when those that are there are watched. */
  async watch(paths: Iterable<string>): Promise<void> {
    if (this.#isClosed) return
    this.#paths = new Set(paths)
    for (const path of this.#watched.keys()) if (!this.#paths.has(path)) this.#unwatch(path)
    await this.#watchAll()
  }

  /** It is time to look once nothing has happened for a while from now on. */
  lookSoon(): void {
    const now = performance.now()
    if (!this.#quiet) this.#since = now
    else if (now - this.#since > this.#pollMs) return
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => {
      this.#quiet = undefined
      this.#look()
    }, this.#quietMs)
    this.#quiet.unref()
  }

  close(): void {
    this.#isClosed = true
    this.#paths = new Set()
    clearInterval(this.#poll)
    clearTimeout(this.#quiet)
    for (const path of this.#watched.keys()) this.#unwatch(path)
  }

  async #watchOne(path: string): Promise<void> {
    const id = await idOf(path)
    if (this.#watched.get(path)?.id === id) return
    this.#unwatch(path)
    if (id === undefined || !this.#paths.has(path)) return
    try {
      const watcher = watch(path, { persistent: false }, () => this.lookSoon())
      this.#watched.set(path, { watcher, id })
      watcher.on('error', () => this.#unwatch(path))
    } catch {
      // Then it is looked at by time.
    }
  }

  #unwatch(path: string): void {
    this.#watched.get(path)?.watcher.close()
    this.#watched.delete(path)
  }
}

/** Undefined where there is none. */
async function idOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true })
    return `${dev}.${ino}`
  } catch {
    return undefined
  }
}
