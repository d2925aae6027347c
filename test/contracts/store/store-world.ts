import { after, before } from 'node:test'
import { type Database, openDatabase } from '../../../src/store/database.ts'
import { createStore, type StoreOptions } from '../../../src/store/store.ts'
import { uuidv7 } from '../../../src/store/uuidv7.ts'
import type { ConversationKey, ConversationStore } from '../../../src/turn/conversation-store.ts'
import type { DatabaseKind } from '../../databases.ts'

/** One of the processes that serve the database, as far as the store can tell. */
export interface StoreProcess {
  store: ConversationStore
  runner: string
  /** Its lease is over, as when it was killed some time ago. It may write on, not knowing. */
  expire(): Promise<void>
}

/** A database that several processes serve. */
export interface StoreWorld {
  /** Device tools that a conversation may have. */
  maxTools: number
  /** A process that has given a sign of life. Over a pool of its own, where the database takes more than one. */
  process(options?: Partial<StoreOptions>): Promise<StoreProcess>
  /** A conversation that no other test meets. */
  conversation(name?: string): ConversationKey
  query<Row>(text: string, values?: unknown[]): Promise<Row[]>
  /** All that is stored of a conversation and can be told apart, `json` columns byte for byte; undefined where there is none. */
  snapshot(conversation: ConversationKey): Promise<object | undefined>
}

const maxTools = 4

async function openWorld(kind: DatabaseKind): Promise<StoreWorld & { close(): Promise<void> }> {
  await using rooms = new AsyncDisposableStack()
  const source = await kind.create({ after: (end) => rooms.defer(end) })
  const open = async () => {
    const opened = await openDatabase({ source })
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

  const opened = rooms.move()
  return {
    maxTools,
    query,
    async process(options = {}) {
      const runner = options.runner ?? uuidv7()
      const pool = pools[processes++ % pools.length] ?? first
      const usual = { leaseMs: 600_000, maxTools, alone: false, logCacheBytes: 1_000_000 }
      const store = createStore(pool, { ...usual, ...options, runner })
      await store.heartbeat([])
      const expire = async () => {
        await query(`update chatterd.runners set expires_at = '-infinity' where id = $1`, [runner])
      }
      return { store, runner, expire }
    },
    conversation: (name = `conversation ${++conversations}`) => ({ tenant: '', name }),
    async snapshot({ tenant, name }) {
      const [row] = await query<{ stored: object }>(snapshotSql, [tenant, name])
      return row?.stored
    },
    close: () => opened.disposeAsync(),
  }
}

const snapshotSql = `
  select json_build_object(
    'conversation', json_build_array(c.id, c.tools::text, c.next_seq, c.pinned, c.cut_seq, c.created_at),
    'turns', (
      select json_agg(json_build_array(id, request::text, status, step, first_seq, answer_seq, superseded,
        error::text, created_at, ended_at) order by first_seq, id)
      from chatterd.turns where conversation_id = c.id),
    'messages', (
      select json_agg(json_build_array(seq, turn_id, role, body::text, complete, usage::text, created_at) order by seq)
      from chatterd.messages where conversation_id = c.id),
    'calls', (
      select json_agg(json_build_array(message_seq, index, turn_id, request::text, side, status, result::text,
        created_at, ended_at) order by message_seq, index)
      from chatterd.calls where conversation_id = c.id)) as stored
  from chatterd.conversations c where tenant = $1 and name = $2`

/** A world for the tests of the suite that is being described: opened before them, closed after them. */
export function storeWorldOf(kind: DatabaseKind): () => StoreWorld {
  let world: Awaited<ReturnType<typeof openWorld>> | undefined
  before(async () => {
    world = await openWorld(kind)
  })
  after(() => world?.close())
  return () => {
    if (!world) throw new Error('the world is not open yet')
    return world
  }
}
