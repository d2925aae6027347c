import type { Browser } from 'playwright-core'
import { median } from '../statistics.ts'
import { openBenchPage } from './open-bench-page.ts'

/** What a first load takes. */
export interface Load {
  requests: number
  /** Of all bodies as they are sent, in KiB. */
  kibibytes: number
  /** From the beginning of the navigation to the first paint with content, in milliseconds; the median of `times`. */
  firstPaintMs: number
}

/** Loads a page in a new window so many times, without anything cached. Counts what it loads until its first paint, and requests of data not. */
export async function measureLoad(browser: Browser, url: string, times: number): Promise<Load> {
  const paints: number[] = []
  let requests = 0
  let bytes = 0
  for (let time = 0; time < times; time++) {
    const { page, tools, close } = await openBenchPage(browser)
    const sizes: number[] = []
    await tools.send('Network.enable')
    const files = new Set<string>()
    tools.on('Network.requestWillBeSent', ({ requestId, type }) => {
      if (['Document', 'Stylesheet', 'Script', 'Other', 'Image', 'Font'].includes(type ?? ''))
        files.add(requestId)
    })
    tools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (files.has(requestId)) sizes.push(encodedDataLength)
    })
    await page.goto(url, { waitUntil: 'load' })
    paints.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            new PerformanceObserver((list) => {
              for (const { name, startTime } of list.getEntries())
                if (name === 'first-contentful-paint') resolve(startTime)
            }).observe({ type: 'paint', buffered: true })
          }),
      ),
    )
    requests = sizes.length
    bytes = sizes.reduce((sum, size) => sum + size, 0)
    await close()
  }
  return { requests, kibibytes: bytes / 1024, firstPaintMs: median(paints) }
}
