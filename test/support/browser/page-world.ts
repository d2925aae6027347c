import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { databaseKinds } from '../databases/database-kinds.ts'
import { type ChildServer, startServer } from '../processes/child-server.ts'
import { type OllamaStandIn, ollamaStandIn, type ScriptedModel } from '../stand-ins/ollama.ts'
import { type OpenMeteoStandIn, openMeteoStandIn } from '../stand-ins/open-meteo.ts'
import { openBrowser } from './open-browser.ts'
import { watchPage } from './watch-page.ts'

/** A chatterd with its page, as a process of its own, and all that it talks to. */
export interface PageWorld {
  url: string
  ollama: OllamaStandIn
  /** The only model, where the world is not the demo engine's. */
  model: ScriptedModel
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

interface WorldOptions {
  /** Whose model it has. */
  engine?: 'ollama' | 'demo'
  /** Further environment variables. */
  env?: Record<string, string>
  /** A settings file. */
  config?: string
}

/** Starts it on the embedded database, for one test. */
export async function openPageWorld(
  t: Pick<TestContext, 'after'>,
  { engine = 'ollama', env = {}, config }: WorldOptions = {},
): Promise<PageWorld> {
  // What was opened last is closed first: pages before the server that they talk to.
  const rooms = new AsyncDisposableStack()
  t.after(() => rooms.disposeAsync())
  const embedded = databaseKinds.find(({ kind }) => kind === 'embedded') ?? assert.fail()
  const source = await embedded.create({ after: (end) => rooms.defer(end) })
  const dataDir = source.kind === 'embedded' ? source.dataDir : assert.fail()
  const ollama = await ollamaStandIn()
  rooms.defer(() => ollama.close())
  const model = ollama.model('qwen3:0.6b')
  const openMeteo = await openMeteoStandIn()
  rooms.defer(() => openMeteo.close())
  const over = new AbortController()
  const all: Record<string, string> = {
    CHATTERD_PAGE: 'on',
    CHATTERD_ENGINE: engine,
    OLLAMA_BASE_URL: ollama.url,
    OPEN_METEO_URL: openMeteo.url,
    CHATTERD_DATA_DIR: dataDir,
    CHATTERD_DRAIN_TIMEOUT: '100ms',
    ...env,
  }
  const args = config === undefined ? ['serve'] : ['serve', '--config', config]
  let server: ChildServer = startServer(all, over.signal, args)
  async function kill(): Promise<void> {
    server.kill('SIGKILL')
    await server.exit
  }
  rooms.defer(kill)
  const url = await server.url
  const { port } = new URL(url)
  await isBuilt(url)
  return {
    ...{ url, ollama, model, openMeteo, kill },
    async restart() {
      await kill()
      server = startServer({ ...all, PORT: port }, over.signal, args)
      await server.url
    },
    async open(path = '/app/', { expected = [], ...options } = {}) {
      const browser = await openBrowser()
      const context = await browser.newContext({ baseURL: url, ...options })
      const page = await context.newPage()
      const problems = await watchPage(page, expected)
      rooms.defer(async () => {
        await context.close()
        assert.deepEqual(problems, [], 'nothing goes wrong in the page')
      })
      await page.goto(path)
      await page.locator('#app > *').first().waitFor()
      return page
    },
  }
}

/** Waits until the page is built, which it is once after each change of its sources. */
async function isBuilt(url: string): Promise<void> {
  for (let left = 600; left > 0; left--) {
    const { status } = await fetch(`${url}/app/`)
    if (status === 200) return
    await delay(100)
  }
  throw new Error('the page is not built in a minute')
}
