import pg from 'pg'
import { type Database, openDatabase } from '../../src/store/database.ts'
import type { DatabaseKind } from '../support/databases/database-kinds.ts'
import { shared } from '../support/shared.ts'
import { NotificationTap } from './notification-tap.ts'

/** A database that processes race on. */
export interface RaceDatabase {
  /** One for each process that can serve it at a time: the embedded one has one owner. */
  pools: Pick<Database, 'query'>[]
  isAlone: boolean
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>
  /** Holds up whatever needs a conversation, until the function that it returns is called. None on the embedded database. */
  hold(): Promise<() => Promise<void>>
  tap: NotificationTap | undefined
}

/** A database for the tests of the suite that is being described. */
export function raceDatabaseOf(kind: DatabaseKind): () => RaceDatabase {
  return shared((rooms) => open(kind, rooms))
}

async function open(kind: DatabaseKind, rooms: AsyncDisposableStack): Promise<RaceDatabase> {
  const source = await kind.create({ after: (end) => rooms.defer(end) })
  const pool = async () => {
    const database = await openDatabase({ source })
    rooms.defer(() => database.close())
    await database.whenReady
    return database
  }
  const first = await pool()
  const query = <Row>(text: string, values: unknown[] = []) => first.query<Row>({ name: '', text, values })
  const isAlone = source.kind === 'embedded'
  if (isAlone) return { pools: [first], isAlone, query, hold: async () => async () => {}, tap: undefined }

  const tap = new NotificationTap(source.url)
  await tap.open()
  rooms.defer(() => tap.close())
  return {
    ...{ pools: [first, await pool()], isAlone, query, tap },
    async hold() {
      const client = new pg.Client({ connectionString: source.url })
      await client.connect()
      await client.query('begin')
      await client.query('select from chatterd.conversations for update')
      return () => client.end()
    },
  }
}
