import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** All that axe-core finds in what is shown now, with where, and how much wider than its window the page is. */
export async function findFlaws(page: Page): Promise<string[]> {
  // By the protocol of its tools: the page's own policy allows no script from elsewhere.
  await page.evaluate(await readFile(axe, 'utf8'))
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as Axe).axe.run(document, {
      resultTypes: ['violations'],
    })
    const width = document.documentElement.scrollWidth - innerWidth
    const wide = width > 0 ? [`${width} pixels wider than the window`] : []
    return [
      ...wide,
      ...violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
      ),
    ]

    interface Axe {
      axe: {
        run(
          root: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
  })
}
