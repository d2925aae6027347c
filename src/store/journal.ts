import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnStatus } from '../protocol/events.ts'
import type { EventJournal, JournalPage, JournalWritten } from '../turn/ports/event-journal.ts'
import { functionsOf } from './call-function.ts'
import type { Database } from './database.ts'

/** What `read_events` returns for a turn. */
interface PageRow {
  status: TurnStatus
  pruned: boolean
  chunks: EventChunk[]
}

/** The events of turns in a database. `runner` is this process. */
export function createJournal(database: Pick<Database, 'query'>, runner: string): EventJournal {
  const call = functionsOf(database)
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
