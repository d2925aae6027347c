import pg from 'pg'
import { databaseKinds } from '../databases/database-kinds.ts'
import { shared } from '../shared.ts'
import { type OllamaStandIn, ollamaStandIn, type ScriptedModel } from '../stand-ins/ollama.ts'
import { type OpenMeteoStandIn, openMeteoStandIn } from '../stand-ins/open-meteo.ts'
import { type ChildServer, serverEnv, startServer } from './child-server.ts'

/** Two processes that serve one PostgreSQL, with all that they talk to. All of it is ended with the pair. */
export interface ServerPair extends AsyncDisposable {
  /** Their addresses. */
  one: string
  two: string
  /** The processes behind them, for signals. */
  processes: { one: ChildServer; two: ChildServer }
  ollama: OllamaStandIn
  openMeteo: OpenMeteoStandIn
  /** The database's address. */
  database: string
  /** A conversation's name and a model that no other test meets. */
  talk(): { name: string; model: ScriptedModel }
  /** Restarts one of them, at another address; the process before it has to be gone, or about to end. */
  start(which: 'one' | 'two', settings?: Record<string, string>): Promise<string>
  /** Rows of one statement, past the product. */
  sql<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>
}

/** Starts all of it on a fresh database. `settings` are environment variables of both processes. */
export async function openServerPair(
  over: AbortSignal,
  settings: Record<string, string> = {},
): Promise<ServerPair> {
  await using rooms = new AsyncDisposableStack()
  const kind = databaseKinds.find((one) => one.kind === 'postgresql')
  const source = await kind?.create({ after: (end) => rooms.defer(end) })
  if (source?.kind !== 'postgresql') throw new Error('there is no PostgreSQL')
  const ollama = await ollamaStandIn()
  rooms.defer(() => ollama.close())
  const openMeteo = await openMeteoStandIn()
  rooms.defer(() => openMeteo.close())
  const pool = new pg.Pool({ connectionString: source.url, max: 2 })
  pool.on('error', () => {})
  rooms.defer(() => pool.end())
  const env = { ...serverEnv(source, ollama.url), OPEN_METEO_URL: openMeteo.url, ...settings }
  const all: ChildServer[] = []
  rooms.defer(async () => {
    for (const server of all) server.kill('SIGKILL')
    await Promise.all(all.map((server) => server.exit))
  })
  const run = (more: Record<string, string> = {}) => {
    const server = startServer({ ...env, ...more }, over)
    all.push(server)
    return server
  }
  const processes = { one: run(), two: run() }
  const [one, two] = await Promise.all([processes.one.url, processes.two.url])
  const open = rooms.move()
  let talks = 0
  const pair: ServerPair = {
    ...{ one, two, processes, ollama, openMeteo, database: source.url },
    talk() {
      talks += 1
      return { name: `talk-${talks}`, model: ollama.model(`model-${talks}:test`) }
    },
    async start(which, more) {
      processes[which] = run(more)
      pair[which] = await processes[which].url
      return pair[which]
    },
    sql: async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []) =>
      (await pool.query<Row>(text, values)).rows,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
  return pair
}

/** A pair for all tests of a file: opened before them, closed after them. */
export function serverPairOf(settings: Record<string, string> = {}): () => ServerPair {
  return shared(async (rooms) => {
    const over = new AbortController()
    rooms.defer(() => over.abort())
    return rooms.use(await openServerPair(over.signal, settings))
  })
}
