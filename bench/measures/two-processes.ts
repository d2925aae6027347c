import { benchModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import { cpuMicros } from '../process-cost.ts'
import type { Figure } from '../report.ts'
import { runLoad } from '../run-load.ts'
import type { ServerProcess } from '../start-process.ts'
import { median, spread } from '../statistics.ts'

/** Turns that are shared out over one process or two. */
export interface TwoLoad {
  /** An even number. */
  streams: number
  tokens: number
  intervalMs: number
  rounds: number
  /** Rounds that each process serves alone and that are left out: until its code is compiled. */
  warmUp: number
}

/** Processor time a turn with two processes on one database, against that with one; `postgres`, the database's process, counts too. */
export async function measureTwo(
  contender: Contender,
  load: TwoLoad,
  postgres: number | undefined,
): Promise<Figure> {
  const both = await Promise.all([contender.start(), contender.start()])
  const one: number[] = []
  const two: number[] = []
  const micros = (busy: readonly ServerProcess[]) => turnMicros(busy, both, contender, load, postgres)
  try {
    for (const server of both) for (let round = 0; round < load.warmUp; round++) await micros([server])
    for (let round = 0; round < load.rounds; round++) {
      // Each in turn is the one that serves alone, so that both stay as warm as each other.
      one.push(await micros(both.slice(round % 2, (round % 2) + 1)))
      two.push(await micros(both))
    }
  } finally {
    await Promise.all(both.map((server) => server.stop()))
  }
  return {
    what: `CPU a turn of ${load.tokens} tokens, ${load.streams} at once, two processes against one`,
    pipe: `${spread(one, 0)} µs`,
    other: `${spread(two, 0)} µs`,
    result: `${(median(two) / median(one)).toFixed(2)} x`,
    aim: '1.1 x',
  }
}

async function turnMicros(
  busy: readonly ServerProcess[],
  all: readonly ServerProcess[],
  { dialect }: Contender,
  load: TwoLoad,
  postgres: number | undefined,
): Promise<number> {
  const spent = () =>
    all.reduce((sum, { pid }) => sum + cpuMicros(pid), 0) + (postgres ? cpuMicros(postgres) : 0)
  const model = benchModelName(load.tokens, load.intervalMs)
  const before = spent()
  await Promise.all(
    busy.map(({ url }) =>
      runLoad({
        targets: [{ url, dialect, conversation: `two ${Date.now()} ${url} {n}` }],
        ...{ model, streams: load.streams / busy.length, repeat: 1, hold: false },
      }),
    ),
  )
  return (spent() - before) / load.streams
}
