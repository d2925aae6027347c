import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type DatabaseSource, openDatabase } from '../../src/store/database.ts'
import type { DatabaseKind } from '../support/databases/database-kinds.ts'
import { type ChildServer, serverEnv, shortLease, startServer } from '../support/processes/child-server.ts'
import { ollamaStandIn } from '../support/stand-ins/ollama.ts'
import { testSize } from '../support/test-size.ts'
import { BoardWriter } from './board-writer.ts'
import { randomOf } from './random.ts'
import { steadyModel } from './steady-model.ts'
import { Writer } from './writer.ts'

/** Conversations that are written at once. */
const conversations = 4
/** Latest kill after the writers began, in ms; and after the start of a process that is killed while it starts. */
const latestKill = 150
const latestEarlyKill = 1_000
/** Every so many processes, the second first, one is killed while it starts. */
const earlyEvery = 10
const seed = 1

/** Kills the server with SIGKILL again and again while clients write, on the same data, and checks it against its responses. */
export function killRepeatedly(kind: DatabaseKind): void {
  const { kills } = testSize
  test(`on ${kind.name}, killed ${kills} times while it writes, a server loses nothing that it has acknowledged [stored]`, async (t) => {
    await using rooms = new AsyncDisposableStack()
    const random = randomOf(seed)
    const source = await kind.create({ after: (end) => rooms.defer(end) })
    const ollama = await ollamaStandIn()
    rooms.defer(() => ollama.close())
    const model = steadyModel(ollama)
    const env = { ...serverEnv(source, ollama.url), ...shortLease }
    const board = new BoardWriter()
    const writers = Array.from({ length: conversations }, (_, n) => new Writer(`app-${n}`, model, random))
    let server: ChildServer | undefined
    rooms.defer(async () => {
      server?.kill('SIGKILL')
      await server?.exit
    })

    for (let kill = 1; kill <= kills; kill++) {
      server = startServer(env, t.signal)
      if (kill % earlyEvery === 2) {
        await delay(random() * latestEarlyKill)
      } else {
        const url = await server.url
        await Promise.all([board.check(url), ...writers.map((writer) => writer.goOn(url))])
        const writing = [board, ...writers].map((writer) => writer.write(url))
        await delay(random() * latestKill)
        server.kill('SIGKILL')
        await Promise.all(writing)
      }
      server.kill('SIGKILL')
      await server.exit
      t.diagnostic(`killed ${kill} times`)
    }

    server = startServer(env, t.signal)
    const url = await server.url
    await Promise.all([board.check(url), ...writers.map((writer) => writer.goOn(url))])
    server.kill('SIGTERM')
    assert.equal((await server.exit).code, 0)
    await checkDatabase(source)
  })
}

/** What no kill may leave behind. */
async function checkDatabase(source: DatabaseSource): Promise<void> {
  const database = await openDatabase({ source })
  try {
    await database.whenReady
    const faults = await database.query<{ fault: string }>({ name: '', text: leftBehind })
    assert.deepEqual(faults, [])
  } finally {
    await database.close()
  }
}

const leftBehind = `
  select 'a turn that runs: ' || id as fault from chatterd.turns where status = 'running'
  union all
  select 'an open call of a turn that is ' || t.status || ': ' || t.id
  from chatterd.calls k join chatterd.turns t on t.id = k.turn_id
  where k.status in ('running', 'offered') and t.status <> 'waiting'
  union all
  select 'a gap in the numbers of ' || name from chatterd.conversations c
  where next_seq <> 1 + (select count(*) from chatterd.messages where conversation_id = c.id)
    or next_seq <> 1 + (select max(seq) from chatterd.messages where conversation_id = c.id)
  union all
  select 'a process on the list: ' || id from chatterd.runners where expires_at > now()`
