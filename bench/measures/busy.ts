import { benchModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import type { Figure } from '../report.ts'
import { type LoadPlan, runLoad, startLoad } from '../run-load.ts'
import type { ServerProcess } from '../start-process.ts'
import { median, percentile, spread } from '../statistics.ts'

/** Prompts to a server that has much to do. */
export interface BusyLoad {
  /** Each with fresh processes. */
  rounds: number
  /** Prompts that begin at once, how many tokens each gets, 50 ms apart, and how often in a round, one burst after the other. */
  burst: { streams: number; tokens: number; repeat: number }
  /**
   * Streams that run meanwhile, and prompts that then come one after the other. `streams` is a multiple of ten; `tokens` are more
   * than can come before the last prompt.
   */
  running: { streams: number; tokens: number; intervalMs: number; prompts: number }
}

const burstIntervalMs = 50
// A few at a time, so that their tokens do not all come at the same moments.
const startedAtOnce = 10
// The first prompts of a client open its connections and warm its code up: they are left out.
const warmUpBursts = 5
const warmUpPrompts = 20

/** Time from the request to the first token, by round. */
type Rounds = number[][]

/** The first token while many prompts begin at once, and while many streams run. */
export async function measureBusy(
  contenders: readonly [Contender, Contender],
  load: BusyLoad,
): Promise<Figure[]> {
  const burst: [Rounds, Rounds] = [[], []]
  const single: [Rounds, Rounds] = [[], []]
  for (let round = 0; round < load.rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const server = await contender.start()
      try {
        burst[index]?.push(await burstTimes(server, contender, load.burst))
        single[index]?.push(await timesBeside(server, contender, load.running))
      } finally {
        await server.stop()
      }
    }
  }
  const { streams, intervalMs } = load.running
  const atOnce = `first token, ${load.burst.streams} prompts at once`
  const beside = `first token beside ${streams.toLocaleString('en')} streams, a token each ${intervalMs} ms`
  return [
    figure(`${atOnce}, median`, burst, median),
    figure(`${atOnce}, 99th percentile`, burst, p99),
    figure(`${beside}, 99th percentile`, single, p99),
  ]
}

function p99(values: readonly number[]): number {
  return percentile(values, 99)
}

function figure(
  what: string,
  [base, other]: readonly [Rounds, Rounds],
  summary: (values: readonly number[]) => number,
): Figure {
  const [all, allOther] = [summary(base.flat()), summary(other.flat())]
  const column = (value: number, rounds: Rounds) =>
    `${value.toFixed(1)} ms; rounds ${spread(rounds.map(summary), 1)}`
  return {
    ...{ what, pipe: column(all, base), other: column(allOther, other) },
    result: `${(allOther / all).toFixed(2)} x`,
  }
}

function plan(
  { url }: ServerProcess,
  { dialect }: Contender,
  what: string,
  model: string,
): Pick<LoadPlan, 'targets' | 'model'> {
  return { targets: [{ url, dialect, conversation: `${what} ${Date.now()} {n}` }], model }
}

async function burstTimes(
  server: ServerProcess,
  contender: Contender,
  { streams, tokens, repeat }: BusyLoad['burst'],
): Promise<number[]> {
  const { firstTokenMs } = await runLoad({
    ...plan(server, contender, 'burst', benchModelName(tokens, burstIntervalMs)),
    ...{ streams, repeat: warmUpBursts + repeat, hold: false },
  })
  return firstTokenMs.flat().slice(warmUpBursts * streams)
}

async function timesBeside(
  server: ServerProcess,
  contender: Contender,
  { streams, tokens, intervalMs, prompts }: BusyLoad['running'],
): Promise<number[]> {
  const began = performance.now()
  const running = await startLoad({
    ...plan(server, contender, 'running', benchModelName(tokens, intervalMs)),
    ...{ streams: startedAtOnce, repeat: streams / startedAtOnce, hold: true },
  })
  try {
    const { firstTokenMs } = await runLoad({
      ...plan(server, contender, 'beside', benchModelName(1, 0)),
      ...{ streams: 1, repeat: warmUpPrompts + prompts, hold: false },
    })
    if (performance.now() - began > tokens * intervalMs)
      throw new Error(`the first of ${streams} streams ended before the last prompt beside them`)
    return firstTokenMs.flat().slice(warmUpPrompts)
  } finally {
    running.close()
  }
}
