import type { Page } from 'playwright-core'
import { percentile } from '../statistics.ts'
import { type BenchPage, metric } from './open-bench-page.ts'

/** How an answer is painted while it streams. */
export interface StreamFigures {
  /** From the arrival of a token's bytes in the page's script to the frame that shows it, in milliseconds. */
  medianMs: number
  p99Ms: number
  /** How much of the time the main thread was busy, in percent. */
  busyPercent: number
}

/**
 * Notes, from before the page's own scripts, when bytes with a token arrive, and when the frame is done in which it has become visible. The
 * fake engine's tokens are `t0 `, `t1 `, …
 */
export async function instrument(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const arrived: number[] = []
    const painted: number[] = []
    Object.assign(globalThis, { arrived, painted })
    const { fetch } = globalThis
    globalThis.fetch = async (...given) => {
      const response = await fetch(...given)
      if (!response.body || !/event-stream/.test(response.headers.get('content-type') ?? '')) return response
      const decoder = new TextDecoder()
      const watch = new TransformStream<Uint8Array, Uint8Array>({
        transform(bytes, controller) {
          const now = performance.now()
          for (const [, index] of decoder.decode(bytes, { stream: true }).matchAll(/"text":"t(\d+) "/g))
            arrived[Number(index)] = now
          controller.enqueue(bytes)
        },
      })
      const { status, statusText, headers } = response
      return new Response(response.body.pipeThrough(watch), { status, statusText, headers })
    }
    let seen = -1
    let isWaiting = false
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes) {
        for (const node of [target, ...addedNodes]) {
          const [, last] = /t(\d+)\D*$/.exec((node.textContent ?? '').slice(-64)) ?? []
          if (last !== undefined) seen = Math.max(seen, Number(last))
        }
      }
      if (isWaiting) return
      isWaiting = true
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        // A message that is posted in a frame comes when it has been painted.
        port1.onmessage = () => {
          isWaiting = false
          const now = performance.now()
          for (let index = seen; index >= 0 && painted[index] === undefined; index--) painted[index] = now
        }
        port2.postMessage(undefined)
      })
    }).observe(document, { subtree: true, childList: true, characterData: true })
  })
}

/** Sends a prompt to which so many tokens are replied, and measures until the last is painted. `from`: the first token that counts. */
export async function measureStream(
  { page, tools }: BenchPage,
  { tokens, from }: { tokens: number; from: number },
): Promise<StreamFigures> {
  await page.getByRole('textbox').last().fill('Tell me everything.')
  await page.keyboard.press('Enter')
  await page.waitForFunction((index) => painted[index] !== undefined, from, { timeout: 120_000 })
  const [busyBefore, before] = [await metric(tools, 'TaskDuration'), performance.now()]
  await page.waitForFunction((index) => painted[index] !== undefined, tokens - 1, { timeout: 120_000 })
  const seconds = (performance.now() - before) / 1_000
  const busy = (await metric(tools, 'TaskDuration')) - busyBefore
  const times = await page.evaluate((first) => {
    return arrived.map((time, index) => (painted[index] ?? Number.NaN) - time).slice(first)
  }, from)
  return {
    medianMs: percentile(times, 50),
    p99Ms: percentile(times, 99),
    busyPercent: (100 * busy) / seconds,
  }
}

declare const arrived: number[]
declare const painted: number[]
