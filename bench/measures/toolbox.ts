import type { Contender } from '../contenders.ts'
import { type Figure, ratioFigure } from '../report.ts'
import { type PromptLoad, promptsMicros } from './prompts-cost.ts'
import { measureInTurn, type Rounds } from './rounds.ts'

/** Turns whose cost in processor time is measured, round after round, of two servers that differ in one setting. */
export type ToolboxLoad = PromptLoad & Rounds

/** Processor time a turn with few tools, and with many. */
export async function measureManyTools(
  servers: readonly [Contender, Contender],
  load: ToolboxLoad,
): Promise<Figure> {
  const turns = load.streams * load.repeat
  const micros = await measureInTurn(
    servers,
    load,
    async (server, { dialect }) => (await promptsMicros(server, dialect, load)) / turns,
  )
  const what = 'CPU a turn of a server with 2 tools, and with 200, the bytes of their schemas included'
  return { what, ...ratioFigure(micros, 0, 'µs'), aim: '1.2 x, without these bytes' }
}

/** Processor time a token at a prompt with tools, while text is not looked through for calls, and while it is. */
export async function measureRescue(
  servers: readonly [Contender, Contender],
  load: ToolboxLoad,
): Promise<Figure> {
  const tokens = load.streams * load.repeat * load.tokens
  const micros = await measureInTurn(
    servers,
    load,
    async (server, { dialect }) => (await promptsMicros(server, dialect, load)) / tokens,
  )
  const what = 'CPU a token at a prompt with tools: rescue off, and on'
  return { what, ...ratioFigure(micros, 1, 'µs'), aim: '1.05 x' }
}
