import type { Contender } from '../contenders.ts'
import { type Figure, ratioFigure } from '../report.ts'
import { type PromptLoad, promptsMicros } from './prompts-cost.ts'
import { measureInTurn, type Rounds } from './rounds.ts'

/** A load whose cost in processor time is measured, round after round, the contenders in turn. */
export interface CpuLoad extends PromptLoad, Rounds {
  what: string
  aim: string
  /** What the time is divided by: tokens, or turns. Default: tokens. */
  per?: 'token' | 'turn'
}

/** Processor time a token or a turn, beginnings and ends of the streams included. */
export async function measureCpu(
  contenders: readonly [Contender, Contender],
  load: CpuLoad,
): Promise<Figure> {
  const turns = load.streams * load.repeat
  const divisor = load.per === 'turn' ? turns : turns * load.tokens
  const micros = await measureInTurn(
    contenders,
    load,
    async (server, { dialect }) => (await promptsMicros(server, dialect, load)) / divisor,
  )
  return { what: load.what, ...ratioFigure(micros, 1, 'µs'), aim: load.aim }
}
