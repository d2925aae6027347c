import { parseArgs } from 'node:util'
import type { Browser } from 'playwright-core'
import { benchModelName } from '../bench-model.ts'
import { chatterd, startEngine } from '../contenders.ts'
import { type Figure, report } from '../report.ts'
import { seedConversation } from '../seed-conversation.ts'
import { measureLoad } from './measure-load.ts'
import { instrument, measureStream } from './measure-stream.ts'
import { heapMegabytes, launchBrowser, openBenchPage } from './open-bench-page.ts'

// Measures the web page in Chromium, on a chatterd with the fake engine. The figures of the page are beside those of the page that the same
// server has without it: a few lines of HTML.

const { values } = parseArgs({ options: { smoke: { type: 'boolean', default: false } } })
const sizes = values.smoke
  ? { loads: 2, tokens: 200, above: 50, long: 100 }
  : { loads: 15, tokens: 3_600, above: 500, long: 1_000 }
/** 100 tokens a second. */
const intervalMs = 10

async function loadFigures(browser: Browser, url: string, emptyUrl: string): Promise<Figure[]> {
  await measureLoad(browser, `${url}/app/`, 1)
  const page = await measureLoad(browser, `${url}/app/`, sizes.loads)
  const empty = await measureLoad(browser, `${emptyUrl}/`, sizes.loads)
  return [
    {
      what: 'first load',
      result: `${page.kibibytes.toFixed(1)} KiB in ${page.requests} requests`,
      aim: '70 KiB in 4',
    },
    {
      what: 'first paint',
      pipe: `${empty.firstPaintMs.toFixed(0)} ms`,
      other: `${page.firstPaintMs.toFixed(0)} ms`,
      result: `${(page.firstPaintMs / empty.firstPaintMs).toFixed(2)} x`,
      aim: '1.2 x',
    },
  ]
}

async function streamFigures(browser: Browser, url: string, messages: number): Promise<Figure[]> {
  const name = `stream-${messages}`
  if (messages > 0) await seedConversation(url, name, messages)
  const headers = { 'content-type': 'application/json' }
  if (messages > 0) {
    const body = JSON.stringify({ model: benchModelName(sizes.tokens, intervalMs) })
    await fetch(`${url}/chatterd/v1/conversations/${name}`, { method: 'PATCH', headers, body })
  }
  const bench = await openBenchPage(browser)
  await instrument(bench.page)
  await bench.page.goto(`${url}/app/#/c/${name}`)
  await bench.page.getByRole('textbox').last().waitFor()
  if (messages > 0)
    await bench.page
      .getByText(`message ${messages - 1}`)
      .first()
      .waitFor()
  // The last quarter: where the answer is long.
  const { medianMs, p99Ms, busyPercent } = await measureStream(bench, {
    tokens: sizes.tokens,
    from: Math.floor(sizes.tokens * 0.75),
  })
  const heap = await heapMegabytes(bench.tools)
  await bench.close()
  const what = `at the end of an answer of ${sizes.tokens} tokens, 100 a second, with ${messages} messages above`
  return [
    {
      what: `from byte to paint, ${what}`,
      result: `${medianMs.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
      aim: '16 ms, p99 50 ms',
    },
    { what: `main thread, ${what}`, result: `${busyPercent.toFixed(0)} % busy`, aim: '25 %' },
    { what: `memory of scripts, ${what}`, result: `${heap.toFixed(1)} MB` },
  ]
}

async function openingFigure(browser: Browser, url: string, emptyUrl: string): Promise<Figure[]> {
  await seedConversation(url, 'long', sizes.long)
  const bench = await openBenchPage(browser)
  await bench.page.goto(`${emptyUrl}/`)
  const empty = await heapMegabytes(bench.tools)
  await bench.page.goto(`${url}/app/#/c/other`)
  await bench.page.getByRole('textbox').last().waitFor()
  const opened: number[] = []
  for (let time = 0; time < 5; time++) {
    opened.push(
      await bench.page.evaluate(
        async (last) => {
          const before = performance.now()
          location.hash = '#/c/long'
          while (!document.body.textContent?.includes(last)) await new Promise(requestAnimationFrame)
          await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
          const ms = performance.now() - before
          location.hash = '#/c/other'
          while (document.body.textContent?.includes(last)) await new Promise(requestAnimationFrame)
          return ms
        },
        `message ${sizes.long - 2}`,
      ),
    )
  }
  await bench.page.evaluate(() => {
    location.hash = '#/c/long'
  })
  await bench.page
    .getByText(`message ${sizes.long - 2}`)
    .first()
    .waitFor()
  // Up to 500 messages, as a reader who scrolls back loads them.
  const older = bench.page.getByRole('button', { name: 'Older messages' })
  while (
    (await bench.page.locator('article').count()) < Math.min(sizes.above, sizes.long) &&
    (await older.count()) > 0
  )
    await older.click().catch(() => undefined)
  const heap = await heapMegabytes(bench.tools)
  const shown = await bench.page.locator('article').count()
  await bench.close()
  return [
    {
      what: `opening a conversation of ${sizes.long} messages`,
      result: `${Math.min(...opened).toFixed(0)}–${Math.max(...opened).toFixed(0)} ms`,
      aim: '200 ms',
    },
    {
      what: `memory of scripts with ${shown} messages, above a page of a few lines`,
      result: `${(heap - empty).toFixed(1)} MB`,
      aim: '60 MB',
    },
  ]
}

const engine = await startEngine()
const server = await chatterd(engine.url, undefined, {
  env: { CHATTERD_CONTEXT_TOKENS: '65536', CHATTERD_PAGE: 'on' },
}).start()
const bare = await chatterd(engine.url, undefined, { env: { CHATTERD_PAGE: 'off' } }).start()
const browser = await launchBrowser()
try {
  const figures = [
    ...(await loadFigures(browser, server.url, bare.url)),
    ...(await openingFigure(browser, server.url, bare.url)),
    ...(await streamFigures(browser, server.url, sizes.above)),
  ]
  console.log(report('a page of a few lines', 'the page', figures))
} finally {
  await browser.close()
  await Promise.all([server.stop(), bare.stop(), engine.stop()])
}
