import { accessSync, constants } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/** True where a program that is a path, or a name that is looked up in `PATH`, is there and may be run. */
export function isInstalled(
  program: string,
  { env, cwd }: { env: Readonly<Record<string, string>>; cwd: string },
): boolean {
  const isPath = program.includes('/')
  // Windows also looks for other names, and without PATH the system has folders of its own.
  if (process.platform === 'win32' || (!isPath && env.PATH === undefined)) return true
  const folders = isPath ? [cwd] : (env.PATH ?? '').split(delimiter)
  return folders.some((folder) => canRun(isPath ? resolve(folder, program) : join(folder, program)))
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
