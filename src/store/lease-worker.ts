import { setTimeout as delay } from 'node:timers/promises'
import { workerData } from 'node:worker_threads'
import type { LeaseThreadData } from './lease-thread.ts'
import { connectionConfig } from './postgres/connection-config.ts'
import { PostgresClient } from './postgres/postgres-client.ts'

// The thread that renews the lease of its process. A process that is stopped stops this thread too, and one whose main thread hangs
// for good loses its turns after a while.

const { databaseUrl, runner, leaseMs, hangTimeoutMs, loops }: LeaseThreadData = workerData

/** Three renewals in a lease, as heartbeats; one that fails is repeated sooner. */
// As heartbeats do (heartbeat.ts).
const pauseMs = (leaseMs * 2) / 9
const retryMs = leaseMs / 10

const text = `select chatterd.keep_lease($1)`
const values = [JSON.stringify({ runner, leaseMs })]

let client: PostgresClient | undefined
let loopSeen = Atomics.load(loops, 0)
let aliveAt = performance.now()

for (;;) {
  const loop = Atomics.load(loops, 0)
  if (loop !== loopSeen) aliveAt = performance.now()
  loopSeen = loop
  const isHanging = performance.now() - aliveAt > hangTimeoutMs
  const renewed = isHanging || (await renewLease())
  await delay(renewed ? pauseMs : retryMs)
}

/** False where the database did not respond in time. The main thread reports why: its heartbeats fail as well. */
async function renewLease(): Promise<boolean> {
  const late = new AbortController()
  try {
    const timeout = delay(pauseMs, undefined, { signal: late.signal }).then(() => {
      throw new Error('The database did not respond in time')
    })
    await Promise.race([timeout, send()])
    return true
  } catch {
    void client?.end().catch(() => {})
    client = undefined
    return false
  } finally {
    late.abort()
  }
}

async function send(): Promise<void> {
  client ??= await connect()
  await client.query(text, values)
}

async function connect(): Promise<PostgresClient> {
  const connecting = new PostgresClient({
    ...connectionConfig(databaseUrl),
    connectTimeoutMs: pauseMs,
    application_name: 'chatterd lease',
  })
  // Without a listener an error would end the process. Errors also reject the statements.
  connecting.on('error', () => {})
  await connecting.connect()
  return connecting
}
