import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnStatus } from '../protocol/events.ts'
import type { EventJournal, JournalPage, JournalWritten } from '../turn/ports/event-journal.ts'
import { createCallFunction } from './call-function.ts'
import type { Database } from './database.ts'

/** An element of what `read_events` returns, where it is not null: null means that no turn has the id. */
interface PageRow {
  status: TurnStatus
  pruned: boolean
  chunks: EventChunk[]
}

/** The journal in a database. `runner`: this process. */
export function createJournal(database: Pick<Database, 'query'>, runner: string): EventJournal {
  const call = createCallFunction(database)
  return {
    write: (turns) => call<JournalWritten>('write_events', { runner, turns }),

    async read(wants) {
      const rows = await call<(PageRow | null)[]>('read_events', wants)
      return wants.map(({ turn }, index): JournalPage => {
        const row = rows[index]
        return row ? { turn, ...row } : { turn, status: undefined, pruned: false, chunks: [] }
      })
    },
  }
}
