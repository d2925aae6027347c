import { after } from 'node:test'
import { type Browser, chromium } from 'playwright-core'
import { findChromium } from './find-chromium.ts'

let opened: Promise<Browser> | undefined
after(closeBrowser)

/** The browser of this file's tests: one for all of them, closed after the last. */
export function openBrowser(): Promise<Browser> {
  opened ??= launch()
  return opened
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    // As root, and where /dev/shm is small, as in containers.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  })
}

/** Tests need not call it. */
export async function closeBrowser(): Promise<void> {
  await (await opened)?.close()
  opened = undefined
}
