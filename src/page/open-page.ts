import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PageFile, PageState } from '../protocol/page-file.ts'
import { startBuild } from './build.ts'
import { readFiles } from './read-files.ts'
import { builtFrom, digestSources } from './source-digest.ts'

/** The web page, as the server has it. */
export interface Page {
  /** One of its files; undefined where it has none of this path, or is not ready. */
  file(path: string): PageFile | undefined
  state(): PageState
  /** Resolves when it is ready, or missing. */
  settled: Promise<void>
  close(): Promise<void>
}

export interface PageOptions {
  onNotice(text: string): void
  onWarning(text: string): void
  /** The project's, or the package's, folder. */
  root?: string
}

const here = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Opens the page. The package has it built. In a checkout it is built from its sources, in a process of its own, where they have changed
 * since it was built: at the first start, and after an update.
 */
export function openPage({ onNotice, onWarning, root = here }: PageOptions): Page {
  const folder = join(root, 'dist', 'app')
  let files: Map<string, PageFile> | undefined
  let reason: string | undefined
  const closing = new AbortController()

  async function open(): Promise<void> {
    const digest = await digestSources(root)
    if (digest !== undefined && digest !== (await builtFrom(folder))) {
      onNotice('the page is being built, as it is once after each change of its sources')
      const ms = await startBuild({ root, folder, digest, signal: closing.signal })
      onNotice(`the page is built (${(ms / 1_000).toFixed(1)} s)`)
    }
    files = await readFiles(folder)
    if (!files.has('index.html')) throw new Error(`${folder} has no index.html`)
  }

  const settled = open().catch((error: Error) => {
    if (closing.signal.aborted) return
    files = undefined
    reason = error.message
    onWarning(`the page cannot be served: ${reason}`)
  })
  return {
    file: (path) => files?.get(path),
    state: () => {
      if (reason !== undefined) return { state: 'missing', reason }
      return { state: files ? 'ready' : 'building' }
    },
    settled,
    async close() {
      closing.abort()
      await settled
    },
  }
}
