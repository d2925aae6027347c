import { ChatterdError } from '../../src/protocol/errors.ts'
import type { Database, Statement } from '../../src/store/database.ts'
import type { Observations } from './observations.ts'
import type { Scheduler } from './scheduler.ts'
import { inRealTime } from './virtual-clock.ts'

/** When the database goes away: before a statement reaches it; after it was carried out; or it is carried out, but later. */
export type Loss = 'before' | 'after' | 'late'

/** What holds statements up, and loses them. */
export interface Holding {
  hold(what: string): Promise<void>
  /** What becomes of the next statements. */
  losses: Loss[]
  scheduler: Scheduler
  observed: Observations
}

/** Holds up each statement of a process twice: before it is carried out, and before its response. */
export function holdStatements(
  process: string,
  database: Pick<Database, 'query'>,
  { hold, losses, scheduler, observed }: Holding,
): Pick<Database, 'query'> {
  async function carryOut<Row>(statement: Statement): Promise<PromiseSettledResult<Row[]>> {
    const sentAt = observed.time()
    const [done] = await Promise.allSettled([
      scheduler.work(() => inRealTime(() => database.query<Row>(statement))),
    ])
    await observed.afterStatement()
    if (done.status === 'fulfilled') observed.saw(statement, done.value, sentAt)
    return done
  }

  async function late(statement: Statement): Promise<void> {
    await scheduler.hold(`${process} sent ${statement.name}, which comes late`)
    await carryOut(statement)
  }

  return {
    async query<Row>(statement: Statement) {
      const { name } = statement
      await hold(`asks ${name}`)
      const loss = losses.shift()
      if (loss === 'late') void late(statement)
      if (loss === 'before' || loss === 'late') throw away()
      const done = await carryOut<Row>(statement)
      await hold(loss ? `loses the response of ${name}` : `has the response of ${name}`)
      if (loss) throw away()
      if (done.status === 'rejected') throw done.reason
      return done.value
    },
  }
}

function away(): ChatterdError {
  return new ChatterdError('database-unavailable', 'The database is not available.')
}
