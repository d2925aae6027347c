import { benchModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import { cpuMicros } from '../process-cost.ts'
import type { Figure } from '../report.ts'
import { runLoad } from '../run-load.ts'
import { median, spread } from '../statistics.ts'

/** A load whose cost in processor time is measured, round after round, the contenders in turn. */
export interface CpuLoad {
  what: string
  tokens: number
  intervalMs: number
  streams: number
  /** How often the streams run in one round. */
  repeat: number
  rounds: number
  aim: string
}

/** Processor time a token, beginnings and ends of the streams included. The first round warms up, and is left out. */
export async function measureCpu(
  contenders: readonly [Contender, Contender],
  load: CpuLoad,
): Promise<Figure> {
  const model = benchModelName(load.tokens, load.intervalMs)
  // A database may remember other runs.
  const name = `${model} ${Date.now()}`
  const runs = await Promise.all(
    contenders.map(async (contender) => ({
      contender,
      server: await contender.start(),
      micros: [] as number[],
    })),
  )
  try {
    for (let round = 0; round <= load.rounds; round++) {
      // The one that goes first changes, so that neither always meets the machine as the other left it.
      for (const run of round % 2 ? runs.toReversed() : runs) {
        const { url, pid } = run.server
        const before = cpuMicros(pid)
        const targets = [{ url, conversation: `${name} ${round} {n}` }]
        const { streams, repeat } = load
        const { tokens } = await runLoad({ targets, model, streams, repeat, hold: false })
        if (round > 0) run.micros.push((cpuMicros(pid) - before) / tokens)
      }
    }
  } finally {
    await Promise.all(runs.map(({ server }) => server.stop()))
  }
  const [pipe = [], other = []] = runs.map(({ micros }) => micros)
  const ratios = other.map((micros, round) => micros / (pipe[round] ?? Number.NaN))
  return {
    what: load.what,
    pipe: `${spread(pipe, 1)} µs`,
    other: `${spread(other, 1)} µs`,
    result: `${(median(other) / median(pipe)).toFixed(2)} x; rounds ${spread(ratios, 2)}`,
    aim: load.aim,
  }
}
