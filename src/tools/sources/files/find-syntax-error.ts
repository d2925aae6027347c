import { execFile } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const program = new URL(`./syntax-checker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** How long a search may take, in milliseconds. */
const maxMs = 10_000

/**
 * Where the first of these files has a syntax error: `get-time.ts:3`; undefined where it is not found. Node does not say it to a program
 * that imports a module, but prints it: so another process is asked.
 */
export async function findSyntaxError(files: Iterable<string>): Promise<string | undefined> {
  const args = ['--no-warnings', fileURLToPath(program), ...files]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: maxMs, env: {} })
    const [, path, line] = /^(.+):(\d+)\n/.exec(stdout) ?? []
    return path === undefined ? undefined : `${basename(path)}:${line}`
  } catch {
    return undefined
  }
}
