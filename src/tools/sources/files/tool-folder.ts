import type { Dirent } from 'node:fs'
import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ChangeNotices, type ChangeNoticesOptions } from '../../watch/change-notices.ts'
import { oneAtATime } from '../../watch/one-at-a-time.ts'
import { SupervisedSource } from '../supervised-source.ts'
import type { ToolSource } from '../tool-source.ts'
import { loadToolFile } from './load-tool-file.ts'
import { ModuleVersions } from './module-versions.ts'

export interface ToolFolderOptions extends ChangeNoticesOptions {
  /** How many changes of files are loaded: each stays in memory. */
  maxReloads: number
  /** Called when a source has changed. */
  onChange(): void
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
  readonly #onChange: () => void
  readonly #modules: ModuleVersions
  /** By name. */
  readonly #files = new Map<string, ToolFile>()
  readonly #notices: ChangeNotices
  readonly #scan = oneAtATime(() => this.#scanOnce())
  /** True where the next scan tries again those that are down. */
  #triesAgain = false
  #problem: string | undefined
  #isClosed = false

  constructor(path: string, { maxReloads, onChange, ...options }: ToolFolderOptions) {
    this.path = path
    this.#onChange = onChange
    this.#modules = new ModuleVersions(maxReloads)
    this.#notices = new ChangeNotices(() => void this.#scan(), options)
  }

  /** Sorted by the names of files. */
  sources(): ToolSource[] {
    const names = [...this.#files.keys()].sort()
    const files = names.flatMap((name) => this.#files.get(name)?.source ?? [])
    return this.#problem ? [{ name: 'files', state: 'down', reason: this.#problem, tools: [] }] : files
  }

  /** Looks for changes at once, and tries those that are down again; resolves once each was tried. Never rejects. */
  async reload(): Promise<void> {
    await this.#notices.watch([this.path])
    this.#triesAgain = true
    await this.#scan()
    await Promise.all([...this.#files.values()].map(({ source }) => source.attempted()))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#notices.close()
    for (const { source } of this.#files.values()) source.close()
    await this.#scan()
    this.#modules.close()
  }

  /** Finds the files, and begins to load those that have changed. */
  async #scanOnce(): Promise<void> {
    if (this.#isClosed) return
    const triesAgain = this.#triesAgain
    this.#triesAgain = false
    const found = await this.#find()
    const renewed = this.#modules.renew(await this.#modules.changedFiles())
    const gone = [...this.#files].filter(([name, { path }]) => found.get(name) !== path)
    for (const [name, { source }] of gone) {
      source.close()
      this.#files.delete(name)
    }
    if (gone.length > 0) this.#onChange()
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
      onChange: this.#onChange,
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
      const named = entries.filter(isToolFile).map(({ name }) => name)
      const found = await Promise.all(
        named.map(async (name) => [name, await fileAt(join(folder, name))] as const),
      )
      return new Map(found.flatMap(([name, path]) => (path === undefined ? [] : [[name, path]])))
    } catch (error) {
      const problem = `the folder ${folder} cannot be read (${error instanceof Error && 'code' in error ? error.code : error})`
      if (problem !== this.#problem) {
        this.#problem = problem
        this.#onChange()
      }
      return new Map()
    }
  }
}

function isToolFile(entry: Dirent): boolean {
  const { name } = entry
  const isModule = /\.[cm]?[jt]s$/.test(name) && !/^\.|\.test\.\w+$|\.d\.[cm]?ts$/.test(name)
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
