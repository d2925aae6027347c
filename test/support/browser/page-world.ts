import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { databaseKinds } from '../databases/database-kinds.ts'
import { type ChildServer, startServer } from '../processes/child-server.ts'
import { type OllamaStandIn, ollamaStandIn } from '../stand-ins/ollama.ts'
import { type OpenMeteoStandIn, openMeteoStandIn } from '../stand-ins/open-meteo.ts'
import { openBrowser } from './open-browser.ts'
import { watchPage } from './watch-page.ts'

/** A chatterd with its page, as a process of its own, and all that it talks to. */
export interface PageWorld {
  url: string
  /** The model, where the world is not the demo engine's. */
  ollama: OllamaStandIn
  openMeteo: OpenMeteoStandIn
  /** Kills the process, and starts another one at the same address and database. */
  restart(): Promise<void>
  kill(): Promise<void>
  /** A page in a browser window of its own, closed after the test, which fails where anything went wrong in it. */
  open(path?: string, options?: TabOptions): Promise<Page>
}

export interface TabOptions extends BrowserContextOptions {
  /** Messages of the console that belong to the test. */
  expected?: readonly RegExp[]
}

/** Starts it on the embedded database, for one test. `env`: further environment variables; `engine`: whose model it has. */
export async function openPageWorld(
  t: TestContext,
  { engine = 'ollama', env = {} }: { engine?: 'ollama' | 'demo'; env?: Record<string, string> } = {},
): Promise<PageWorld> {
  const embedded = databaseKinds.find(({ kind }) => kind === 'embedded') ?? assert.fail()
  const source = await embedded.create(t)
  const dataDir = source.kind === 'embedded' ? source.dataDir : assert.fail()
  const ollama = await ollamaStandIn()
  t.after(() => ollama.close())
  const openMeteo = await openMeteoStandIn()
  t.after(() => openMeteo.close())
  const over = new AbortController()
  t.after(() => over.abort())
  const all: Record<string, string> = {
    CHATTERD_PAGE: 'on',
    CHATTERD_ENGINE: engine,
    OLLAMA_BASE_URL: ollama.url,
    OPEN_METEO_URL: openMeteo.url,
    CHATTERD_DATA_DIR: dataDir,
    CHATTERD_DRAIN_TIMEOUT: '100ms',
    ...env,
  }
  let server: ChildServer = startServer(all, over.signal)
  const url = await server.url
  const port = new URL(url).port
  async function kill(): Promise<void> {
    server.kill('SIGKILL')
    await server.exit
  }
  return {
    ...{ url, ollama, openMeteo, kill },
    async restart() {
      await kill()
      server = startServer({ ...all, PORT: port }, over.signal)
      await server.url
    },
    async open(path = '/app/', { expected = [], ...options } = {}) {
      const browser = await openBrowser()
      const context = await browser.newContext({ baseURL: url, ...options })
      t.after(() => context.close())
      const page = await context.newPage()
      const problems = await watchPage(page, expected)
      t.after(() => assert.deepEqual(problems, [], 'nothing goes wrong in the page'))
      await ready(page, path)
      return page
    },
  }
}

/** Goes to the page; one that is still being built asks again by itself. */
async function ready(page: Page, path: string): Promise<void> {
  await page.goto(path)
  await page.locator('#app > *').first().waitFor()
}
