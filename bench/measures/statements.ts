import { setTimeout as wait } from 'node:timers/promises'
import { benchModelName } from '../bench-model.ts'
import type { Contender } from '../contenders.ts'
import { openStatistics } from '../database-statistics.ts'
import type { Figure } from '../report.ts'
import { runLoad } from '../run-load.ts'

/** Paced streams, long enough that their beginnings and ends are a small part. */
export interface StatementLoad {
  streams: number
  tokens: number
  intervalMs: number
  /** How late the counts may come: idle connections report theirs after ten seconds. */
  lateMs: number
}

/** Statements that paced streams cost, together: a second while they run, and for each turn besides. */
export async function measureStatements(
  contender: Contender,
  load: StatementLoad,
  databaseUrl: string,
): Promise<Figure> {
  const server = await contender.start()
  const statistics = await openStatistics(databaseUrl)
  const statementsOf = async (tokens: number): Promise<number> => {
    const targets = [
      { url: server.url, dialect: contender.dialect, conversation: `statements ${Date.now()} {n}` },
    ]
    await wait(load.lateMs)
    const before = await statistics.statements()
    const model = benchModelName(tokens, load.intervalMs)
    await runLoad({ targets, model, streams: load.streams, repeat: 1, hold: false })
    await wait(load.lateMs)
    return (await statistics.statements()) - before
  }
  try {
    // The same turns with one token: what they cost besides their length, and what looking costs.
    const short = await statementsOf(1)
    const long = await statementsOf(load.tokens)
    const seconds = (load.tokens * load.intervalMs) / 1_000
    return {
      what: `statements a second, ${load.streams} paced streams, ${contender.dialect} dialect`,
      result: `${((long - short) / seconds).toFixed(1)}; and ${(short / load.streams).toFixed(1)} a turn`,
      aim: '25',
    }
  } finally {
    await statistics.close()
    await server.stop()
  }
}
