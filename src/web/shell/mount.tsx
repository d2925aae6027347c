import { render } from 'preact'
import type { Client } from '../../client/types.ts'
import { applyTheme } from '../theme/apply-theme.ts'
import { App } from './app.tsx'
import { Page } from './page.ts'

/** Shows the page in an element, on what this client reaches. */
export function mount(element: Element, client: Client): Page {
  const page = new Page(client)
  applyTheme(page.preferences.theme)
  render(<App page={page} />, element)
  return page
}
