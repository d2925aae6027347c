import type { PlatformPath } from 'node:path'
import { posix, win32 } from 'node:path'

/** What the settings depend on besides what a person writes. */
export interface Machine {
  /** `process.platform`. */
  platform: string
  /** The user's home directory. */
  home: string
  /** The working directory. */
  cwd: string
  env: Readonly<Record<string, string | undefined>>
}

/** How paths are written on this machine. */
export function pathsOf({ platform }: Pick<Machine, 'platform'>): PlatformPath {
  return platform === 'win32' ? win32 : posix
}

/**
 * Where the platform keeps a program's data: the XDG base directories on Linux and the other Unixes, Application Support
 * on macOS, the local application data on Windows.
 */
export function dataFolder(machine: Machine): string {
  const { join, isAbsolute } = pathsOf(machine)
  const { env, home, platform } = machine
  if (platform === 'win32') return join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'chatterd')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'chatterd')
  const { XDG_DATA_HOME: xdg = '' } = env
  // The specification says that a relative one is to be ignored.
  return join(isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'chatterd')
}
