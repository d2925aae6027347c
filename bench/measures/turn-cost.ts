import type { Contender } from '../contenders.ts'
import type { Dialect } from '../dialects.ts'
import { type Figure, ratioFigure } from '../report.ts'
import type { ServerProcess } from '../start-process.ts'
import { promptsMicros } from './prompts-cost.ts'
import { measureInTurn, type Rounds } from './rounds.ts'

/** Paced turns of two lengths, whose costs tell what a token costs from what a turn costs by itself. */
export interface TurnLoad extends Rounds {
  /** Tokens of a short turn, and of a long one. */
  short: number
  long: number
  intervalMs: number
  /** At once. */
  streams: number
  /** Clients with short turns, one after the other, for each with long ones: one alone takes too little time to be measured. */
  shortClients: number
}

interface Cost {
  /** What one token more costs, in microseconds of processor time. */
  token: number
  /** What a turn costs besides its tokens. */
  turn: number
}

/** Processor time a token and a turn. */
export async function measureTurns(
  contenders: readonly [Contender, Contender],
  load: TurnLoad,
): Promise<Figure[]> {
  const costs = await measureInTurn(contenders, load, (server, { dialect }) => costOf(server, dialect, load))
  const [base, other] = costs
  const streams = `${load.streams} streams at once, ${load.intervalMs} ms apart`
  const dialect = contenders[1].dialect === 'native' ? ', native dialect' : ''
  return [
    {
      what: `CPU a token more, ${streams}${dialect}`,
      ...ratioFigure([base.map(({ token }) => token), other.map(({ token }) => token)], 1, 'µs'),
      aim: '1.2 x',
    },
    {
      what: `CPU a turn besides its tokens, ${streams}${dialect}`,
      ...ratioFigure([base.map(({ turn }) => turn), other.map(({ turn }) => turn)], 0, 'µs'),
      aim: '2 x',
    },
  ]
}

async function costOf(server: ServerProcess, dialect: Dialect, load: TurnLoad): Promise<Cost> {
  const micros = (tokens: number) =>
    promptsMicros(server, dialect, { ...load, tokens, repeat: 1 }).then((all) => all / load.streams)
  let short = 0
  // Each client is a new one: its connections are opened for its turns, as those of the long turns are.
  for (let client = 0; client < load.shortClients; client++)
    short += (await micros(load.short)) / load.shortClients
  const token = ((await micros(load.long)) - short) / (load.long - load.short)
  return { token, turn: short - load.short * token }
}
