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
  streams: number
  /** Each with fresh processes. */
  rounds: number
  settleMs: number
}

async function settledRss(server: ServerProcess, settleMs: number): Promise<number> {
  for (let time = 0; time < 3; time++) {
    server.child.kill('SIGUSR2')
    await wait(settleMs / 3)
  }
  return rssBytes(server.pid)
}

async function idleStreamBytes(contender: Contender, load: IdleLoad): Promise<number> {
  const server = await contender.start({ observed: true })
  try {
    const plan = { url: server.url, from: 0, repeat: 1, streams: load.streams }
    // As many short streams first: what the process keeps for its busiest moment is no idle stream's.
    await runLoad({ ...plan, model: benchModelName(4, 5), conversation: 'warm-{n}', hold: false })
    const before = await settledRss(server, load.settleMs)
    const idle = await startLoad({ ...plan, model: silentModelName, conversation: 'idle-{n}', hold: true })
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
    for (const [place, contender] of contenders.entries()) {
      kilobytes[place]?.push((await idleStreamBytes(contender, load)) / 1024)
    }
  }
  const [pipe, other] = kilobytes
  return {
    what: `memory an idle stream, of ${load.streams}`,
    pipe: `${spread(pipe, 1)} KiB`,
    other: `${spread(other, 1)} KiB`,
    result: `${(median(other) / median(pipe)).toFixed(2)} x`,
    aim: '1.5 x',
  }
}
