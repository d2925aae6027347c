import { type Dirent, type FSWatcher, watch } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SupervisedSource } from '../supervised-source.ts'
import type { ToolSource } from '../tool-source.ts'
import { loadToolFile } from './load-tool-file.ts'
import { ModuleVersions } from './module-versions.ts'

export interface ToolFolderOptions {
  /** How many changes of files are loaded: each stays in memory. */
  maxReloads: number
  /** Called when a source has changed. */
  onChange(): void
  /** How long a file has to be left alone before it is loaded, in milliseconds. Default 50. */
  quietMs?: number
  /** How often changes are looked for that the system does not report, in milliseconds. Default 2,000. */
  pollMs?: number
}

/** A file of the folder: where it is, behind symbolic links, and its tools. */
interface ToolFile {
  path: string
  source: SupervisedSource
}

/** The longest pause before a file is tried again that could not be loaded, in milliseconds: each try stays in memory. */
const maxRetryMs = 3_600_000

/** A folder of modules, the tools of each of which are a source. It is read at the first `reload`, and from then on when it changes. */
export class ToolFolder {
  readonly path: string
  readonly #options: Required<ToolFolderOptions>
  readonly #modules: ModuleVersions
  /** By name. */
  readonly #files = new Map<string, ToolFile>()
  #poll: NodeJS.Timeout | undefined
  #problem: string | undefined
  #watcher: FSWatcher | undefined
  #quiet: NodeJS.Timeout | undefined
  #scanning: Promise<void> = Promise.resolve()
  #scansAhead = 0
  #isClosed = false

  constructor(path: string, options: ToolFolderOptions) {
    this.path = path
    this.#options = { quietMs: 50, pollMs: 2_000, ...options }
    this.#modules = new ModuleVersions(options.maxReloads)
  }

  /** Sorted by the names of files. */
  sources(): ToolSource[] {
    const names = [...this.#files.keys()].sort()
    const files = names.flatMap((name) => this.#files.get(name)?.source ?? [])
    return this.#problem ? [{ name: 'files', state: 'down', reason: this.#problem, tools: [] }] : files
  }

  /** Looks for changes at once, and tries those that are down again; resolves once each was tried. Never rejects. */
  async reload(): Promise<void> {
    this.#poll ??= setInterval(() => this.#scanUnlessBusy(), this.#options.pollMs).unref()
    await this.#scanNext(true)
    await Promise.all([...this.#files.values()].map(({ source }) => source.attempted()))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearInterval(this.#poll)
    clearTimeout(this.#quiet)
    this.#watcher?.close()
    for (const { source } of this.#files.values()) source.close()
    await this.#scanning
    this.#modules.close()
  }

  #scanUnlessBusy(): void {
    if (this.#scansAhead === 0) void this.#scanNext(false)
  }

  /** One at a time. Resolves when the files are found, and the loading of those that have changed has begun. */
  #scanNext(triesAgain: boolean): Promise<void> {
    this.#scansAhead += 1
    const scan = this.#scanning.then(async () => {
      this.#scansAhead -= 1
      if (!this.#isClosed) await this.#scan(triesAgain)
    })
    this.#scanning = scan
    return scan
  }

  async #scan(triesAgain: boolean): Promise<void> {
    const found = await this.#find()
    const renewed = this.#modules.renew(await this.#modules.changedFiles())
    const gone = [...this.#files].filter(([name, { path }]) => found.get(name) !== path)
    for (const [name, { source }] of gone) {
      source.close()
      this.#files.delete(name)
    }
    if (gone.length > 0) this.#options.onChange()
    const toLoad = [...found].flatMap(([name, path]) => {
      const known = this.#files.get(name)
      if (!known) return this.#add(name, path)
      const isDown = triesAgain && known.source.state === 'down'
      return isDown || renewed.has(path) ? known.source : []
    })
    for (const source of toLoad) source.start()
  }

  #add(name: string, path: string): SupervisedSource {
    const source = new SupervisedSource({
      name: `file:${name}`,
      maxRetryMs,
      onChange: this.#options.onChange,
      open: () => loadToolFile(name, path, this.#modules),
    })
    this.#files.set(name, { path, source })
    return source
  }

  /** The files that may have tools: name to path. */
  async #find(): Promise<Map<string, string>> {
    const folder = this.path
    try {
      const entries = await readdir(folder, { withFileTypes: true })
      this.#problem = undefined
      this.#watch()
      const named = entries.filter(isToolFile).map(({ name }) => name)
      const found = await Promise.all(
        named.map(async (name) => [name, await fileAt(join(folder, name))] as const),
      )
      return new Map(found.flatMap(([name, path]) => (path === undefined ? [] : [[name, path]])))
    } catch (error) {
      this.#unwatch()
      const problem = `the folder ${folder} cannot be read (${error instanceof Error && 'code' in error ? error.code : error})`
      if (problem !== this.#problem) {
        this.#problem = problem
        this.#options.onChange()
      }
      return new Map()
    }
  }

  /** Where the system reports no changes, such as in some network folders, they are found by time. */
  #watch(): void {
    if (this.#watcher || this.#isClosed) return
    try {
      this.#watcher = watch(this.path, { persistent: false }, () => this.#scanSoon())
      this.#watcher.on('error', () => this.#unwatch())
    } catch {
      this.#unwatch()
    }
  }

  #unwatch(): void {
    this.#watcher?.close()
    this.#watcher = undefined
  }

  #scanSoon(): void {
    clearTimeout(this.#quiet)
    this.#quiet = setTimeout(() => void this.#scanNext(false), this.#options.quietMs)
    this.#quiet.unref()
  }
}

function isToolFile(entry: Dirent): boolean {
  const { name } = entry
  const isModule = /\.m?[jt]s$/.test(name) && !/^\.|\.test\.\w+$|\.d\.m?ts$/.test(name)
  return isModule && !entry.isDirectory()
}

/** Where a file lies, behind symbolic links; undefined where it is none, or gone. */
async function fileAt(path: string): Promise<string | undefined> {
  try {
    const [real, { isFile }] = await Promise.all([
      realpath(path),
      stat(path).then((stats) => ({ isFile: stats.isFile() })),
    ])
    return isFile ? real : undefined
  } catch {
    return undefined
  }
}
