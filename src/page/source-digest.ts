import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the page is built from, as paths from the project's root. */
const sources = ['src/web', 'src/client', 'src/protocol', 'vite.config.ts', 'package.json']

/** The file of a build that has the digest of the sources that it was built from. */
export const digestFile = '.sources'

/** SHA-256, as hex, of all that the page is built from; undefined where the project has no sources: the package has only what was built. */
export async function digestSources(root: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for (const source of sources) {
      for (const path of await filesIn(root, source))
        hash.update(path).update(await readFile(join(root, path)))
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  return hash.digest('hex')
}

/** The digest of the sources that a build was made from; undefined where there is no build. */
export async function builtFrom(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, digestFile), 'utf8').catch(() => undefined)
  return text?.trim()
}

/** The files of a folder, or the file itself, in the same order on every machine. */
async function filesIn(root: string, path: string): Promise<string[]> {
  const entries = await readdir(join(root, path), { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOTDIR') return undefined
    throw error
  })
  if (!entries) return [path]
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.ts$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name).slice(root.length).replaceAll('\\', '/').replace(/^\//, ''),
    )
    .sort()
}
