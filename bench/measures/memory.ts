import { setTimeout as wait } from 'node:timers/promises'
import { benchModelName, silentModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import { rssBytes } from '../process-cost.ts'
import type { Figure } from '../report.ts'
import { runLoad, startLoad } from '../run-load.ts'
import type { ServerProcess } from '../start-process.ts'
import { median, spread } from '../statistics.ts'

/** Open streams whose engine says nothing more. */
export interface IdleLoad {
  /** A multiple of ten. */
  streams: number
  /** Each with fresh processes. */
  rounds: number
  settleMs: number
}

const atOnce = 10

async function settledRss(server: ServerProcess, settleMs: number): Promise<number> {
  for (let time = 0; time < 3; time++) {
    server.child.kill('SIGWINCH')
    await wait(settleMs / 3)
  }
  return rssBytes(server.pid)
}

async function idleStreamBytes(contender: Contender, load: IdleLoad): Promise<number> {
  const server = await contender.start({ observed: true })
  try {
    const { url } = server
    const { dialect } = contender
    // Some short streams first: what the process needs for any stream at all is no idle one's.
    const warm = {
      targets: [{ url, dialect, conversation: `warm ${Date.now()} {n}` }],
      model: benchModelName(4, 5),
    }
    await runLoad({ ...warm, streams: 10, repeat: 10, hold: false })
    const before = await settledRss(server, load.settleMs)
    const targets = [{ url, dialect, conversation: `idle ${Date.now()} {n}` }]
    // A few at a time, so that it is their rest which is measured and not their rush.
    const plan = { targets, model: silentModelName, streams: atOnce, repeat: load.streams / atOnce }
    const idle = await startLoad({ ...plan, hold: true })
    const after = await settledRss(server, load.settleMs)
    idle.close()
    return (after - before) / load.streams
  } finally {
    await server.stop()
  }
}

/** Memory an idle stream: what the process holds more with them than without, by their number. */
export async function measureMemory(
  contenders: readonly [Contender, Contender],
  load: IdleLoad,
): Promise<Figure> {
  const kilobytes: [number[], number[]] = [[], []]
  for (let round = 0; round < load.rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      kilobytes[index]?.push((await idleStreamBytes(contender, load)) / 1024)
    }
  }
  const [pipe, other] = kilobytes
  return {
    what: `memory an idle stream, of ${load.streams}${contenders[1].dialect === 'native' ? ', native dialect' : ''}`,
    pipe: `${spread(pipe, 1)} KiB`,
    other: `${spread(other, 1)} KiB`,
    result: `${(median(other) / median(pipe)).toFixed(2)} x`,
    aim: contenders[1].dialect === 'native' ? '1.2 x' : '1.5 x',
  }
}
