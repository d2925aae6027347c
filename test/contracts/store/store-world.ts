import pg from 'pg'
import type { ConversationKey } from '../../../src/protocol/conversation-key.ts'
import { createBoard } from '../../../src/store/board.ts'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { createDirectory } from '../../../src/store/directory.ts'
import { createJournal } from '../../../src/store/journal.ts'
import { createStore, type Store } from '../../../src/store/store.ts'
import type { StoreOptions } from '../../../src/store/store-options.ts'
import { uuidv7 } from '../../../src/store/uuidv7.ts'
import type { ConversationDirectory } from '../../../src/turn/ports/conversation-directory.ts'
import type { EventJournal } from '../../../src/turn/ports/event-journal.ts'
import type { MessageBoard } from '../../../src/turn/ports/message-board.ts'
import { type DatabaseKind, patient } from '../../support/databases/database-kinds.ts'
import { shared } from '../../support/shared.ts'

/** One of the processes that serve the database, as the store sees it. */
export interface StoreProcess {
  store: Store
  board: MessageBoard
  journal: EventJournal
  directory: ConversationDirectory
  runner: string
  /** Its lease is over, as when it was killed some time ago. It may write on, not knowing. */
  expire(): Promise<void>
}

/** A database that several processes serve. */
export interface StoreWorld {
  /** Device tools that a conversation may have. */
  maxTools: number
  /** A process that has sent a heartbeat, unless it is `quiet`. Over a pool of its own, where the database takes more than one. */
  process(options?: Partial<StoreOptions> & { quiet?: boolean }): Promise<StoreProcess>
  /** A conversation that no other test uses. */
  conversation(name?: string): ConversationKey
  /** True where no other process can serve the database. */
  isAlone: boolean
  /** Holds the locks that a statement takes, on a connection of its own, until it is released. PostgreSQL only. */
  hold(text: string, values: unknown[]): Promise<() => Promise<void>>
  /** Where it is, for connections of a test's own. PostgreSQL only. */
  url: string
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>
  /** All that is stored of a conversation, `json` columns byte for byte; undefined where there is none. */
  snapshot(conversation: ConversationKey): Promise<object | undefined>
}

const maxTools = 4

const usual: Omit<StoreOptions, 'runner'> = {
  leaseMs: 600_000,
  maxTools,
  alone: false,
  logCacheBytes: 1_000_000,
  busyQueue: 16,
  maxUnjournaledEvents: 8,
  callTimeoutMs: 3_600_000,
  keyLifeMs: 3_600_000,
  eventRetentionMs: 3_600_000,
  toolStarts: 3,
}

async function openWorld(rooms: AsyncDisposableStack, kind: DatabaseKind): Promise<StoreWorld> {
  const source = await kind.create({ after: (end) => rooms.defer(end) })
  const open = async () => {
    const opened = await openDatabase({ ...patient, source })
    rooms.defer(() => opened.close())
    await opened.whenReady
    return opened
  }
  const first = await open()
  // The embedded database has one owner.
  const pools: Database[] = kind.kind === 'embedded' ? [first] : [first, await open(), await open()]
  let processes = 0
  let conversations = 0

  async function query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    return await first.query<Row>({ name: '', text, values })
  }

  const address = source.kind === 'postgresql' ? source.url : ''
  const url = kind.pastPooler?.(address) ?? address
  return {
    ...{ maxTools, query, url },
    isAlone: kind.kind === 'embedded',
    async hold(text, values) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query('begin')
      await client.query(text, values)
      return () => client.end()
    },
    async process(options = {}) {
      const process = processOn(pools[processes++ % pools.length] ?? first, options)
      if (!options.quiet) await process.store.heartbeat([])
      return process
    },
    conversation: (name = `conversation ${++conversations}`) => ({ tenant: '', name }),
    async snapshot({ tenant, name }) {
      const [row] = await query<{ stored: object }>(snapshotSql, [tenant, name])
      return row?.stored
    },
  }
}

function processOn(database: Database, options: Partial<StoreOptions>): StoreProcess {
  const runner = options.runner ?? uuidv7()
  const expired = `update chatterd.runners set expires_at = '-infinity' where id = $1`
  return {
    runner,
    store: createStore(database, { ...usual, ...options, runner }),
    board: createBoard(database),
    journal: createJournal(database, runner),
    directory: createDirectory(database, maxTools),
    async expire() {
      await database.query({ name: '', text: expired, values: [runner] })
    },
  }
}

const snapshotSql = `
  select json_build_object(
    'conversation', json_build_array(c.id, c.tools::text, c.system::text, c.model::text, c.branch, c.next_seq, c.pinned, c.prompt_from, c.truncation::text, c.created_at, c.updated_at, c.title::text, c.title_made),
    'turns', (
      select json_agg(json_build_array(id, branch, request::text, status, step, first_seq, reply_seq, supersedes,
        error::text, created_at, ended_at, last_event) order by first_seq, id)
      from chatterd.turns where conversation_id = c.id),
    'branches', (
      select json_agg(json_build_array(number, parent, from_seq) order by number)
      from chatterd.branches where conversation_id = c.id),
    'messages', (
      select json_agg(json_build_array(branch, seq, turn_id, role, body::text, complete, usage::text, refused, created_at)
        order by branch, seq)
      from chatterd.messages where conversation_id = c.id),
    'calls', (
      select json_agg(json_build_array(branch, message_seq, index, turn_id, request::text, side, status, result::text,
        created_at, ended_at) order by branch, message_seq, index)
      from chatterd.calls where conversation_id = c.id),
    'events', (
      select json_agg(json_build_array(turn_id, first, count, records) order by turn_id, first)
      from chatterd.events where turn_id in (select id from chatterd.turns where conversation_id = c.id))) as stored
  from chatterd.conversations c where tenant = $1 and name = $2`

/** A world for the tests of the suite that is being described: opened before them, closed after them. */
export function storeWorldOf(kind: DatabaseKind): () => StoreWorld {
  return shared((rooms) => openWorld(rooms, kind))
}
