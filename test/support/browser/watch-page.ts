import type { Page } from 'playwright-core'

/** What the page's own watch, which runs in the browser, reports by. */
const binding = 'reportProblem'

/**
 * Notes whatever goes wrong in a page, from its first script on: errors in its console, exceptions, violations of its
 * Content-Security-Policy, and layout that shifts without the user having done anything. `expected`: console messages that belong to
 * the test, such as of a server that is away on purpose.
 */
export async function watchPage(page: Page, expected: readonly RegExp[] = []): Promise<string[]> {
  const problems: string[] = []
  const note = (text: string) => {
    if (!expected.some((pattern) => pattern.test(text))) problems.push(text)
  }
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => note(`exception: ${error.stack ?? error.message}`))
  await page.exposeFunction(binding, note)
  await page.addInitScript((name) => {
    const report = (text: string) =>
      (globalThis as unknown as Record<string, (text: string) => void>)[name]?.(text)
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      report(`policy: ${violatedDirective} ${blockedURI} ${sample}`),
    )
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & LayoutShift)[]) {
        if (entry.hadRecentInput) continue
        const moved = entry.sources.map(({ node, previousRect, currentRect }) => {
          const where = node instanceof Element ? `${node.tagName}.${node.className}` : String(node?.nodeName)
          return `${where} ${previousRect.x},${previousRect.y} → ${currentRect.x},${currentRect.y}`
        })
        report(`layout shift of ${entry.value.toFixed(4)}: ${moved.join('; ')}`)
      }
    }).observe({ type: 'layout-shift', buffered: true })

    // https://wicg.github.io/layout-instability/, which TypeScript does not know.
    interface LayoutShift {
      value: number
      hadRecentInput: boolean
      sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[]
    }
  }, binding)
  return problems
}
