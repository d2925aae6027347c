import { spawn } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { builtFrom, digestFile } from './source-digest.ts'

/** A build takes a second; one that takes longer than this hangs. In milliseconds. */
const longestBuildMs = 120_000

interface BuildOptions {
  root: string
  /** Where the build is put, whole. */
  folder: string
  /** Of the sources, written into the build. */
  digest: string
  signal: AbortSignal
}

/**
 * Builds the page with vite in a process of its own, beside the folder, and then puts it in its place: whoever reads it has the old one or
 * the new one. Returns how long it took, in milliseconds. Rejects with what vite said.
 */
export async function startBuild({ root, folder, digest, signal }: BuildOptions): Promise<number> {
  const started = performance.now()
  await mkdir(dirname(folder), { recursive: true })
  const made = await mkdtemp(`${folder}-`)
  try {
    await runVite(root, made, signal)
    // Temporary folders are private; this one may be read by all who may read the checkout.
    await chmod(made, 0o755)
    await writeFile(join(made, digestFile), `${digest}\n`)
    // Another server of the same checkout may have been quicker, and reads its own build now.
    if ((await builtFrom(folder)) !== digest) {
      await rm(folder, { recursive: true, force: true })
      await rename(made, folder)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  return performance.now() - started
}

async function runVite(root: string, folder: string, signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [vitePath(root), 'build', '--outDir', folder, '--emptyOutDir'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(longestBuildMs)]),
    killSignal: 'SIGKILL',
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_096)
  })
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject)
  child.once('close', resolve)
  if ((await promise) !== 0) {
    const [words = ''] = stripVTControlCharacters(said).split('\n    at ')
    throw new Error(`vite could not build it: ${words.trim()}`)
  }
}

/** The command itself, and not node_modules/.bin/vite, which is a shell script on Windows. */
function vitePath(root: string): string {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('vite/package.json')
    return join(dirname(manifest), 'bin', 'vite.js')
  } catch {
    throw new Error(
      'it is not built, and vite, which builds it, is not installed: run npm ci, without --omit=dev',
    )
  }
}
