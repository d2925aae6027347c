import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseKind } from '../../support/databases/database-kinds.ts'
import type { FaultName } from '../../support/processes/preloads/planted-faults.ts'
import { preload } from '../../support/processes/preloads/preload.ts'
import { ollamaStandIn } from '../../support/stand-ins/ollama.ts'
import { openMeteoStandIn } from '../../support/stand-ins/open-meteo.ts'
import { openSideEffectCounter } from '../../support/stand-ins/side-effect-counter.ts'
import { randomOf } from '../random.ts'
import { auditDatabase, auditLog, auditTurn } from './audit.ts'
import { Chaos, type Move } from './chaos.ts'
import { steadyReplies } from './steady-replies.ts'
import { TurnClient } from './turn-client.ts'

export interface CheckerOptions {
  /** What is done to the processes, in order. */
  moves: readonly Move[]
  /** How many processes serve at once. */
  processes: number
  seed: number
  over: AbortSignal
  /** A fault that the processes have, and the checker is to find. */
  fault?: FaultName
}

/** The result of a run. */
export interface Checked {
  turns: number
  /** Turns by how they ended. */
  ends: Record<string, number>
}

/** Turns between two moves, at least. */
const between = 12
/** Conversations that are written at once. */
const conversations = 6

/**
 * Kills the processes of a database while clients write, and checks them against what clients have seen: no acknowledged turn or
 * result is lost, no number has two different events, every turn ends once, and no side effect happens twice. Throws a
 * `Violation` where that is not so.
 */
export async function runChecker(kind: DatabaseKind, options: CheckerOptions): Promise<Checked> {
  await using rooms = new AsyncDisposableStack()
  const { moves, processes, seed, over, fault } = options
  const random = randomOf(seed)
  const source = await kind.create({ after: (end) => rooms.defer(end) })
  const ollama = await ollamaStandIn()
  rooms.defer(() => ollama.close())
  const openMeteo = await openMeteoStandIn()
  rooms.defer(() => openMeteo.close())
  const sideEffects = await openSideEffectCounter()
  rooms.defer(() => sideEffects.close())
  const settings = {
    ...preload('with-side-effect-tool', 'failing-driver'),
    ...{ SIDE_EFFECT_URL: sideEffects.url, OPEN_METEO_URL: openMeteo.url },
    ...(fault && { CHATTERD_TEST_PLANTED_FAULT: fault }),
  }
  const chaos = new Chaos({ source, engineUrl: ollama.url, settings, moves, processes, random, over })
  rooms.use(chaos)
  await chaos.start()
  const model = steadyReplies(ollama)
  const names = Array.from({ length: conversations }, (_, index) => `talk-${index}`)
  const clients = names.map((name) => new TurnClient(name, model, chaos, random, over))
  const ending = new AbortController()
  const writing = Promise.all(clients.map((client) => client.run(ending.signal)))
  const moving = (async () => {
    while (chaos.remaining > 0) {
      await Promise.race([untilMore(clients, over), chaos.gone()])
      await chaos.move()
    }
    await untilMore(clients, over)
    ending.abort()
  })()
  // A violation ends the run at once.
  await Promise.race([Promise.all([writing, moving]), writing.then(() => moving)])

  const url = chaos.address()
  const ends: Record<string, number> = {}
  for (const [index, { accounts }] of clients.entries()) {
    for (const account of accounts) {
      await auditTurn(url, account, chaos, sideEffects)
      const status = String(account.record.end?.data.status)
      ends[status] = (ends[status] ?? 0) + 1
    }
    await auditLog(url, names[index] ?? '', accounts)
  }
  await chaos.end()
  await auditDatabase(source)
  return { turns: clients.flatMap(({ accounts }) => accounts).length, ends }
}

/** Resolves when some more turns have ended. */
async function untilMore(clients: readonly TurnClient[], over: AbortSignal): Promise<void> {
  const ended = () =>
    clients.flatMap(({ accounts }) => accounts).filter((account) => account.record.end).length
  const wanted = ended() + between
  while (ended() < wanted && !over.aborted) await delay(20)
}
