import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core'
import { findChromium } from '../../test/support/browser/find-chromium.ts'

/** A page in a browser window of its own, with a session for what only the browser's own tools can tell. */
export interface BenchPage {
  page: Page
  tools: CDPSession
  close(): Promise<void>
}

/** The browser that the page is measured in, without the pauses that browsers make for pages that nobody looks at. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      ...['--no-sandbox', '--disable-dev-shm-usage'],
      '--disable-background-timer-throttling',
      '--disable-renderer-backgrounding',
      '--enable-precise-memory-info',
    ],
  })
}

export async function openBenchPage(browser: Browser): Promise<BenchPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  const tools = await context.newCDPSession(page)
  await tools.send('Performance.enable')
  return { page, tools, close: () => context.close() }
}

/** A figure of the browser's own, such as `TaskDuration`, in seconds: how long its main thread has worked. */
export async function metric(tools: CDPSession, name: string): Promise<number> {
  const { metrics } = await tools.send('Performance.getMetrics')
  return metrics.find((one) => one.name === name)?.value ?? Number.NaN
}

/** What the page's scripts hold once nothing superfluous is left, in MB. */
export async function heapMegabytes(tools: CDPSession): Promise<number> {
  await tools.send('HeapProfiler.collectGarbage')
  return (await metric(tools, 'JSHeapUsedSize')) / 1e6
}
