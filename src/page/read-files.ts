import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { PageFile } from '../protocol/page-file.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
}

/** The files of a build by their paths, such as `index.html` and `assets/index-DPiNgCzA.js`: some hundred kilobytes. */
export async function readFiles(folder: string): Promise<Map<string, PageFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const contents = new Map<string, Buffer>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    contents.set(path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path))
  }
  const files = new Map<string, PageFile>()
  for (const [path, plain] of contents) {
    const type = types[extname(path)]
    if (!type) continue
    const [br, gzip] = [contents.get(`${path}.br`), contents.get(`${path}.gz`)]
    const immutable = /-[\w-]{8}\.\w+$/.test(path)
    files.set(path, { type, immutable, plain, ...(br && { br }), ...(gzip && { gzip }) })
  }
  return files
}
