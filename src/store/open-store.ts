import { ChatterdError } from '../protocol/errors.ts'
import type { ConversationStore } from '../turn/conversation-store.ts'
import { type Database, type DatabaseState, openDatabase } from './database.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createStore } from './store.ts'
import { uuidv7 } from './uuidv7.ts'

/** Which database, and how it is used. Times in milliseconds. */
export interface StoreSettings {
  /** PostgreSQL's; undefined: the embedded database in the data directory. */
  databaseUrl: string | undefined
  dataDir: string
  /** Connections to PostgreSQL, and how long one may take to be had. */
  databasePool: number
  databaseTimeoutMs: number
  /** How long a turn belongs to a process that gives no sign of life. */
  leaseMs: number
  /** Device tools that a conversation may have. */
  maxTools: number
  /** Bytes of logs that are remembered. */
  logCacheBytes: number
}

/** What the opener is told. */
export interface StoreListener {
  /** Words about what takes long. */
  onProgress(text: string): void
  onStateChange(state: DatabaseState): void
  /** Ids of turns that were ended because no process runs them any more. */
  onEnded(turns: readonly string[]): void
  /** What the signs of life met that is no absence of the database. */
  onFault(fault: unknown): void
}

/** The conversations, and the database below them. */
export interface OpenStore {
  conversations: ConversationStore
  /** Whether requests can be served, found out by asking. */
  readiness(): Promise<{ ready: boolean; reason?: string }>
  /** Begins to tell the database that this process lives and runs these turns. Resolves after the first time, or its failure. */
  live(turns: () => readonly string[]): Promise<void>
  /** Where this process serves: told to a second one that wants the same embedded database. */
  announce(address: string): void
  close(): Promise<void>
}

/**
 * Opens the store. A PostgreSQL that is away is waited for in the background. Throws where waiting does not help: the
 * embedded database is in use, the schema is newer than this program.
 */
export async function openStore(settings: StoreSettings, listener: StoreListener): Promise<OpenStore> {
  const { databaseUrl, leaseMs, maxTools, logCacheBytes } = settings
  const database = await openUsable(settings, listener)
  const alone = databaseUrl === undefined
  const conversations = createStore(database, { runner: uuidv7(), leaseMs, maxTools, alone, logCacheBytes })
  let stop = async () => {}
  return {
    conversations,
    readiness: () => readiness(database),
    async live(turns) {
      const { onEnded, onFault } = listener
      const heartbeat = startHeartbeat(conversations, { leaseMs, turns, onEnded, onFault })
      stop = heartbeat.stop
      await heartbeat.first
    },
    announce: (address) => database.announce(address),
    async close() {
      await stop()
      await database.close()
    },
  }
}

/** A database that is ready, or will be when its server comes back. */
async function openUsable(settings: StoreSettings, listener: StoreListener): Promise<Database> {
  const away = Promise.withResolvers<void>()
  const { databaseUrl: url, dataDir, databasePool: poolSize, databaseTimeoutMs: connectTimeoutMs } = settings
  const embedded = { kind: 'embedded', dataDir, onProgress: listener.onProgress } as const
  let database: Database | undefined
  try {
    database = await openDatabase({
      ...(url === undefined
        ? { source: embedded }
        : { source: { kind: 'postgresql', url }, poolSize, connectTimeoutMs }),
      onStateChange: (state) => {
        listener.onStateChange(state)
        if (!state.ready && !state.final) away.resolve()
      },
    })
    await Promise.race(url === undefined ? [database.whenReady] : [database.whenReady, away.promise])
    return database
  } catch (error) {
    await database?.close()
    const words = error instanceof Error ? error.message : String(error)
    throw new ChatterdError('database-unavailable', words, { cause: error })
  }
}

async function readiness(database: Database): Promise<{ ready: boolean; reason?: string }> {
  try {
    await database.check()
    return { ready: true }
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : String(error) }
  }
}
