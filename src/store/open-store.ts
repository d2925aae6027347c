import { ChatterdError } from '../protocol/errors.ts'
import type { ConversationDirectory } from '../turn/ports/conversation-directory.ts'
import type { ConversationStore } from '../turn/ports/conversation-store.ts'
import type { EventJournal, StoreNotification } from '../turn/ports/event-journal.ts'
import type { MessageBoard } from '../turn/ports/message-board.ts'
import type { HeartbeatResult } from '../turn/ports/process-lease.ts'
import { createBoard } from './board.ts'
import { type Database, type DatabaseState, openDatabase } from './database.ts'
import { createDirectory } from './directory.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createJournal } from './journal.ts'
import { type Listening, listenTo } from './listen.ts'
import { createStore } from './store.ts'
import type { StoreOptions } from './store-options.ts'
import { uuidv7 } from './uuidv7.ts'

/** Which database, and how it is used. Times in milliseconds. */
export interface StoreSettings extends Omit<StoreOptions, 'runner' | 'alone'> {
  /** PostgreSQL's; undefined: the embedded database in the data directory. */
  databaseUrl: string | undefined
  dataDir: string
  /** Connections to PostgreSQL, and how long one may take to be had. */
  databasePool: number
  databaseTimeoutMs: number
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
  board: MessageBoard
  journal: EventJournal
  directory: ConversationDirectory
  /** Whether requests can be served, found out by asking. */
  readiness(): Promise<{ ready: boolean; reason?: string }>
  /**
   * Begins to tell the database that this process lives and runs these turns, and can take over as many more as there is `room`
   * for. Resolves after the first time, or its failure. `onHeartbeat` is told of what comes to light, where something does.
   */
  live(
    turns: () => readonly string[],
    onHeartbeat: (pulse: HeartbeatResult) => void,
    room?: () => number,
  ): Promise<void>
  /** Begins to hear what other processes tell; never of the embedded database, which has no others. */
  onNotification(listener: (signal: StoreNotification) => void): void
  /** Where this process serves: told to a second one that wants the same embedded database. */
  announce(address: string): void
  close(): Promise<void>
}

/**
 * Opens the store. A PostgreSQL that is away is waited for in the background. Throws where waiting does not help: the
 * embedded database is in use, the schema is newer than this program.
 */
export async function openStore(settings: StoreSettings, listener: StoreListener): Promise<OpenStore> {
  const { databaseUrl, leaseMs, maxTools } = settings
  const database = await openUsable(settings, listener)
  const runner = uuidv7()
  const conversations = createStore(database, { ...settings, runner, alone: databaseUrl === undefined })
  const listening: Listening[] = []
  let stop = async () => {}
  return {
    conversations,
    board: createBoard(database),
    journal: createJournal(database, runner),
    directory: createDirectory(database, maxTools),
    readiness: () => readiness(database),
    async live(turns, tell, room) {
      const onHeartbeat = (pulse: HeartbeatResult) => {
        if (pulse.ended.length > 0) listener.onEnded(pulse.ended)
        tell(pulse)
      }
      const { onFault } = listener
      const heartbeat = startHeartbeat(conversations, { leaseMs, turns, room, onHeartbeat, onFault })
      stop = heartbeat.stop
      await heartbeat.first
    },
    onNotification(tell) {
      if (databaseUrl !== undefined) listening.push(listenTo(databaseUrl, runner, tell))
    },
    announce: (address) => database.announce(address),
    async close() {
      await stop()
      await Promise.all(listening.map((one) => one.close()))
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
