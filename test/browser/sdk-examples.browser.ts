import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { serveExamples } from '../support/browser/example-server.ts'
import { openBrowser } from '../support/browser/open-browser.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { startChatterd } from '../support/processes/start-chatterd.ts'
import { shared } from '../support/shared.ts'

const world = shared(async (rooms) => {
  const examples = await serveExamples()
  rooms.defer(() => examples.close())
  const [embedded] = databaseKinds.filter(({ kind }) => kind === 'embedded')
  const source = await embedded?.create({ after: (end) => rooms.defer(end) })
  assert.ok(source?.kind === 'embedded')
  const server = await startChatterd({
    ...{ CHATTERD_ENGINE: 'demo', CHATTERD_DATA_DIR: source.dataDir },
    // No weather service is asked.
    ...{ CHATTERD_ORIGINS: examples.url, OPEN_METEO_URL: 'http://127.0.0.1:9' },
  })
  rooms.defer(() => server.close())
  return { examples, server }
})

/** Opens an example; the test fails where the browser reports an error. */
async function open(t: TestContext, path: string): Promise<Page> {
  const { examples, server } = world()
  const browser = await openBrowser()
  const geolocation = { latitude: 42.29, longitude: -83.71 }
  const context = await browser.newContext({ permissions: ['geolocation'], geolocation })
  t.after(() => context.close())
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(String(error)))
  t.after(() => assert.deepEqual(errors, []))
  await page.goto(`${examples.url}${path}?server=${encodeURIComponent(server.url)}`)
  return page
}

test('the page without a build sends a prompt, and its location where it is asked for that', async (t) => {
  const page = await open(t, '/page.html')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('get_location says: {"lat":42.29,"lon":-83.71}').waitFor()
})

test('the page with React shows the reply and its call, and the messages after it was loaded again', async (t) => {
  const page = await open(t, '/react/index.html')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText(/^assistant: get_time says: \d{4}-/).waitFor()
  await page.getByRole('button', { name: 'Send' }).waitFor()
  await page.reload()
  await page.getByText(/^assistant: get_time says: \d{4}-/).waitFor()
})

test('the page with the AI SDK lets the user give the result of a tool, and goes on with it', async (t) => {
  const page = await open(t, '/ai-sdk/index.html')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('button', { name: 'Green' }).click()
  await page.getByText('get_color says: green').waitFor()
})
