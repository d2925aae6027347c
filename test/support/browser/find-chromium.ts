import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** The Chromium of this machine: what the variable CHROMIUM names, or the first one on the path. */
export function findChromium(): string {
  const { CHROMIUM, PATH = '' } = process.env
  const candidates = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const found = CHROMIUM ?? candidates.find(isExecutable)
  if (!found)
    throw new Error('Chromium is needed: install it (apt-get install chromium), or name it in CHROMIUM.')
  return found
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
