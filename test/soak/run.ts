import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { type ProvenTurn, prove } from '../support/clients/native/check-turn.ts'
import { wholeTurn } from '../support/clients/native/client.ts'
import { type ContinuousClient, openContinuousClient } from '../support/clients/native/continuous-client.ts'
import { hold } from '../support/clients/native/turn-record.ts'
import { loadModel } from '../support/stand-ins/load-model.ts'
import { type Deployment, openDeployment } from './deployment.ts'
import { soakOptions } from './options.ts'
import { stalledReader } from './stalled-reader.ts'

// Two processes and one PostgreSQL under load for as long as it is wished, with readers that stall, an engine that goes away now
// and then, a database that restarts, and SIGTERM in the end. Fails where one frame is lost, or memory stays.

const options = soakOptions(process.argv.slice(2))
/** How much more memory a process may hold, idle, after the load than before. */
const mostGrowth = 1.1
const seconds = () => `[${(performance.now() / 1000).toFixed(0).padStart(5)}s]`
const report = (text: string) => console.log(`${seconds()} ${text}`)

if (options) {
  const { streams, stalled, lastsMs, pieces, pauseMs, restarts, flapMs, floodKiB } = options
  const over = new AbortController()
  await using deployment = await openDeployment(over.signal)
  const paced = loadModel(deployment.ollama, 'paced:test', pieces, pauseMs)
  const flood = loadModel(deployment.ollama, 'flood:test', floodKiB, 0, 'x'.repeat(1_000))

  const open = (wave: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      openContinuousClient(`${wave}-${index}`, paced, deployment, over.signal),
    )
  report(`${streams} streams to warm up`)
  await endAll(open('warm-up', streams), deployment)
  const before = await deployment.memory()
  report(`memory: ${inMegabytes(before)}`)

  const clients = [
    ...open('load', streams),
    ...Array.from({ length: stalled }, (_, index) =>
      stalledReader(`slow-${index}`, flood, deployment, over.signal),
    ),
  ]
  const ending = new AbortController()
  const flapping = flap(deployment, flapMs, ending.signal)
  for (let part = 0; part <= restarts; part++) {
    await Promise.race([delay(lastsMs / (restarts + 1)), ...clients.map((client) => client.failed)])
    if (part === restarts) break
    report('PostgreSQL restarts')
    await deployment.restartDatabase()
  }
  ending.abort()
  await flapping
  await endAll(clients, deployment)
  const after = await deployment.memory()
  report(`memory: ${inMegabytes(after)}, before: ${inMegabytes(before)}`)
  for (const [index, bytes] of after.entries())
    assert.ok(bytes <= mostGrowth * (before[index] ?? 0), 'memory has not come back')

  report('SIGTERM under load')
  const last = open('last', streams)
  await Promise.all(last.map((client) => client.untilMore(1)))
  deployment.remove()
  const codes = endAll(last, deployment)
  assert.deepEqual(await deployment.end(codes), [0, 0])
  report('nothing was lost')
}

/** Waits for the ends of all turns, and reads each of them again. */
async function endAll(clients: readonly ContinuousClient[], deployment: Deployment): Promise<void> {
  const turns = (await Promise.all(clients.map((client) => client.end()))).flat()
  const ends: Record<string, number> = {}
  for (const seen of turns) {
    const status = endOf(seen)
    ends[status] = (ends[status] ?? 0) + 1
    assert.equal(prove(await wholeTurn(deployment.two, seen.turn)).digest, seen.digest, 'a frame is lost')
  }
  report(`${turns.length} turns: ${JSON.stringify(ends)}`)
}

/** A turn is completed, or failed with its engine. */
function endOf({ end }: ProvenTurn): string {
  const { status, error } = end.data as { status?: string; error?: { code: string } }
  hold(status === 'completed' || error?.code.startsWith('engine-'), `a turn ended for no reason: ${end.raw}`)
  return error ? `${status}, ${error.code}` : String(status)
}

async function flap({ ollama }: Deployment, everyMs: number, over: AbortSignal): Promise<void> {
  while (everyMs > 0 && !over.aborted) {
    await delay(everyMs, undefined, { signal: over }).catch(() => {})
    if (over.aborted) return
    report('the engine goes away for a moment')
    await ollama.isAwayDuring(() => delay(500))
  }
}

function inMegabytes(bytes: readonly number[]): string {
  return bytes.map((one) => `${(one / 1e6).toFixed(1)} MB`).join(' and ')
}
