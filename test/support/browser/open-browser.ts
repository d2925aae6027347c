import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { after } from 'node:test'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/** The Chromium of this machine: what the variable CHROMIUM names, or the first one on the path. */
function findChromium(): string {
  const { CHROMIUM, PATH = '' } = process.env
  const candidates = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const found = CHROMIUM ?? candidates.find(isExecutable)
  if (!found) {
    throw new Error(
      'These tests need Chromium: install it (apt-get install chromium), or name it in CHROMIUM.',
    )
  }
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

let opened: Promise<Browser> | undefined

/** The browser of this file's tests: one for all of them, closed after the last. */
export function openBrowser(): Promise<Browser> {
  opened ??= launch()
  return opened
}

async function launch(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    // As root, and where /dev/shm is small, as in containers.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
  after(() => browser.close())
  return browser
}
