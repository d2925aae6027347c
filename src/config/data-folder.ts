import type { PlatformPath } from 'node:path'
import { posix, win32 } from 'node:path'

/** The facts of the machine and of the process that settings depend on. */
export interface Machine {
  /** `process.platform`. */
  platform: string
  /** The user's home directory. */
  home: string
  /** The working directory. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
}

/** Node's path functions for this machine's platform. */
export function pathsOf({ platform }: Pick<Machine, 'platform'>): PlatformPath {
  return platform === 'win32' ? win32 : posix
}

/**
 * The folder for chatterd's data, where the platform expects it: in the XDG data directory on Linux and other Unixes, in
 * Application Support on macOS, in the local application data on Windows.
 */
export function dataFolder(machine: Machine): string {
  const { join, isAbsolute } = pathsOf(machine)
  const { env, home, platform } = machine
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'chatterd')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'chatterd')
  const { XDG_DATA_HOME: xdg = '' } = env
  // The XDG Base Directory Specification says that a relative path is ignored.
  return join(isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'chatterd')
}
