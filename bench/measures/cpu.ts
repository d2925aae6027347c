import { benchModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import type { Dialect } from '../dialects.ts'
import { cpuMicros } from '../process-cost.ts'
import type { Figure } from '../report.ts'
import { runLoad } from '../run-load.ts'
import type { ServerProcess } from '../start-process.ts'
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
  /** Rounds of a fresh process that are left out: until its code is compiled. */
  warmUp: number
  aim: string
}

const roundsOfProcess = 3

interface Run {
  contender: Contender
  /** Microseconds a token, by round. */
  micros: number[]
}

/** Processor time a token, beginnings and ends of the streams included. */
export async function measureCpu(
  contenders: readonly [Contender, Contender],
  load: CpuLoad,
): Promise<Figure> {
  const runs: Run[] = contenders.map((contender) => ({ contender, micros: [] }))
  // Two processes of one program differ by some percent for as long as they live: so no process lives for long.
  for (let done = 0; done < load.rounds; done += roundsOfProcess) {
    await measureProcesses(runs, load, Math.min(roundsOfProcess, load.rounds - done))
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

/** Some rounds with fresh processes, after those that warm them up. */
async function measureProcesses(runs: Run[], load: CpuLoad, rounds: number): Promise<void> {
  const servers = await Promise.all(runs.map(async (run) => ({ run, server: await run.contender.start() })))
  try {
    for (let round = 0; round < load.warmUp + rounds; round++) {
      // The one that goes first changes, so that neither always runs after the other.
      for (const { run, server } of round % 2 ? servers.toReversed() : servers) {
        const micros = await tokenMicros(server, run.contender.dialect, load)
        if (round >= load.warmUp) run.micros.push(micros)
      }
    }
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop()))
  }
}

async function tokenMicros({ url, pid }: ServerProcess, dialect: Dialect, load: CpuLoad): Promise<number> {
  // New conversations: a database may remember other rounds.
  const targets = [{ url, dialect, conversation: `cpu ${Date.now()} {n}` }]
  const model = benchModelName(load.tokens, load.intervalMs)
  const before = cpuMicros(pid)
  const { tokens } = await runLoad({
    targets,
    model,
    streams: load.streams,
    repeat: load.repeat,
    hold: false,
  })
  return (cpuMicros(pid) - before) / tokens
}
