import type { Addresses } from '../support/clients/native/continuous-client.ts'
import { startPostgres } from '../support/databases/postgres-server.ts'
import { type ChildServer, serverEnv, shortLease, startServer } from '../support/processes/child-server.ts'
import { watchMemory } from '../support/processes/memory-watch.ts'
import { untilReadiness } from '../support/processes/readiness.ts'
import { type OllamaStandIn, ollamaStandIn } from '../support/stand-ins/ollama.ts'

/** Two processes, a PostgreSQL and an engine, all of them its own. */
export interface Deployment extends Addresses, AsyncDisposable {
  ollama: OllamaStandIn
  /** The memory of each process, in bytes, without garbage. */
  memory(): Promise<number[]>
  restartDatabase(): Promise<void>
  /** Sends SIGTERM to the first process; clients get the address of the other from now on. */
  remove(): void
  /** Sends SIGTERM to the second one too, when the work is done; resolves with the exit codes of both. */
  end(work: Promise<unknown>): Promise<(number | null)[]>
}

/** How many of the last characters of a server's error output are reported in the end. */
const lastOutput = 2_000

export async function openDeployment(over: AbortSignal): Promise<Deployment> {
  await using rooms = new AsyncDisposableStack()
  const postgres = await startPostgres()
  rooms.defer(() => postgres.remove())
  const ollama = await ollamaStandIn()
  rooms.defer(() => ollama.close())
  const watch = await watchMemory()
  rooms.use(watch)
  const source = { kind: 'postgresql', url: `${postgres.url}postgres` } as const
  const env = {
    ...serverEnv(source, ollama.url),
    ...shortLease,
    ...watch.env,
    ...{ CHATTERD_LEASE: '60s', CHATTERD_MAX_TURNS: '5000', CHATTERD_DRAIN_TIMEOUT: '10m' },
    ...{ CHATTERD_STALL_TIMEOUT: '5s', CHATTERD_MAX_ANSWER: '256MiB' },
    // Logs are remembered for good, up to this bound: that is no memory that has to come back.
    CHATTERD_LOG_CACHE: '1MiB',
  }
  const run = (): ChildServer => startServer(env, over)
  const servers = [run(), run()]
  rooms.defer(async () => {
    for (const server of servers) server.kill('SIGKILL')
    for (const { errors } of await Promise.all(servers.map((server) => server.exit)))
      if (errors) console.log(`a server said last: …${errors.slice(-lastOutput)}`)
  })
  const [one = '', two = ''] = await Promise.all(servers.map((server) => server.url))
  const open = rooms.move()
  const deployment: Deployment = {
    ...{ one, two, ollama },
    memory: () => Promise.all(servers.map((server) => watch.of(server))),
    async restartDatabase() {
      await postgres.stop()
      await postgres.start()
      await Promise.all([one, two].map((url) => untilReadiness(url, 200)))
    },
    remove() {
      servers[0]?.kill('SIGTERM')
      deployment.one = two
    },
    async end(work) {
      await work
      servers[1]?.kill('SIGTERM')
      return await Promise.all(servers.map(async ({ exit }) => (await exit).code))
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
  return deployment
}
