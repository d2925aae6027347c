import type { Contender } from '../contenders.ts'
import { type Figure, ratioFigure } from '../report.ts'
import { type PromptLoad, promptsMicros } from './prompts-cost.ts'
import { measureInTurn, type Rounds } from './rounds.ts'

/** A load whose cost in processor time is measured, round after round, the contenders in turn. */
export interface CpuLoad extends PromptLoad, Rounds {
  what: string
  aim: string
}

/** Processor time a token, beginnings and ends of the streams included. */
export async function measureCpu(
  contenders: readonly [Contender, Contender],
  load: CpuLoad,
): Promise<Figure> {
  const tokens = load.streams * load.repeat * load.tokens
  const micros = await measureInTurn(
    contenders,
    load,
    async (server, { dialect }) => (await promptsMicros(server, dialect, load)) / tokens,
  )
  return { what: load.what, ...ratioFigure(micros, 1, 'µs'), aim: load.aim }
}
