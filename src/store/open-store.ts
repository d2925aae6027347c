import { ChatterdError } from '../protocol/errors.ts'
import type { ConversationDirectory } from '../turn/ports/conversation-directory.ts'
import type { ConversationStore } from '../turn/ports/conversation-store.ts'
import type { EventJournal, StoreNotification } from '../turn/ports/event-journal.ts'
import type { MessageBoard } from '../turn/ports/message-board.ts'
import type { HeartbeatResult } from '../turn/ports/process-lease.ts'
import { createBoard } from './board.ts'
import { type Database, type DatabaseState, openDatabase } from './database.ts'
import { reasonOf } from './database-failure.ts'
import { createDirectory } from './directory.ts'
import { startHeartbeat } from './heartbeat.ts'
import { createJournal } from './journal.ts'
import { startLeaseThread } from './lease-thread.ts'
import { type Notifications, openNotifications } from './notifications.ts'
import { connectionConfig } from './postgres/connection-config.ts'
import type { Pooling } from './postgres/session.ts'
import { SchemaRefused } from './schema/apply-schema.ts'
import { createStore } from './store.ts'
import type { StoreOptions } from './store-options.ts'
import { uuidv7 } from './uuidv7.ts'

/** Which database is used, and how. Times in milliseconds. */
export interface StoreSettings extends Omit<StoreOptions, 'runner' | 'alone'> {
  /** The URL of a PostgreSQL database; undefined: the embedded database in `dataDir`. */
  databaseUrl: string | undefined
  /** The same database past a connection pooler, for what needs a session. */
  databaseListenUrl: string | undefined
  databasePooling: Pooling
  dataDir: string
  /** How many connections to PostgreSQL are opened; how long that may take; and how long the wait for a free one may take. */
  databasePool: number
  databaseTimeoutMs: number
  databaseWaitMs: number
  /** How long the lease is renewed while the event loop of the process does not run. */
  hangTimeoutMs: number
}

const withoutNotifications =
  'a connection pooler stands before PostgreSQL, so processes are not notified of each other, and find out a second later: name the database itself in DATABASE_LISTEN_URL'

/** What the store reports. */
export interface StoreCallbacks {
  /** Called with a message for the user when something takes long. */
  onProgress(text: string): void
  /** Called with what the person who runs the program may want to change. */
  onNotice(text: string): void
  onStateChange(state: DatabaseState): void
  /** Called with the ids of turns that were ended because no process runs them any more. */
  onEnded(turns: readonly string[]): void
  /** Called when a heartbeat fails with another error than `database-unavailable`, or the thread of the lease has broken down. */
  onFault(fault: unknown): void
}

/** The ports that the database serves, and the database itself. */
export interface OpenStore {
  conversations: ConversationStore
  board: MessageBoard
  journal: EventJournal
  directory: ConversationDirectory
  /** Whether requests can be served. `reason`: in words that everybody may read. `detail`: the same for the log. */
  readiness(): Promise<{ ready: boolean; reason?: string; detail?: string }>
  /**
   * Begins and renews the lease of this process, which runs `turns`, and can adopt as many more as `room` returns. Resolves after
   * the first heartbeat, also where it has failed. `onHeartbeat` is called with each result that is not empty.
   */
  startHeartbeat(
    turns: () => readonly string[],
    onHeartbeat: (result: HeartbeatResult) => void,
    room?: () => number,
  ): Promise<void>
  /** Calls `onNotification` with the notifications of other processes. The embedded database has none: no other process can use it. */
  openNotifications(onNotification: (notification: StoreNotification) => void): void
  /** Publishes the address that this process serves, for the error that a second process on the same data gets. */
  announce(address: string): void
  close(): Promise<void>
}

/**
 * Opens the store. Where PostgreSQL is away, this returns nevertheless, and the store is ready later. Throws where waiting does not
 * help: the embedded database is in use, or the schema is newer than this program.
 */
export async function openStore(settings: StoreSettings, callbacks: StoreCallbacks): Promise<OpenStore> {
  const { databaseUrl, databaseListenUrl, databasePooling: pooling } = settings
  const { leaseMs, hangTimeoutMs, maxTools } = settings
  const database = await openUsable(settings, callbacks)
  const runner = uuidv7()
  const conversations = createStore(database, { ...settings, runner, alone: databaseUrl === undefined })
  const opened: Notifications[] = []
  let stop = async () => {}
  return {
    conversations,
    board: createBoard(database),
    journal: createJournal(database, runner),
    directory: createDirectory(database, maxTools),
    readiness: () => readiness(database),
    async startHeartbeat(turns, onResult, room) {
      const onHeartbeat = (result: HeartbeatResult) => {
        if (result.ended.length > 0) callbacks.onEnded(result.ended)
        onResult(result)
      }
      const { onFault } = callbacks
      // No other process can use the embedded database, and end turns there.
      const leaseThread =
        databaseUrl === undefined
          ? undefined
          : startLeaseThread(
              { databaseUrl: databaseListenUrl ?? databaseUrl, runner, leaseMs, hangTimeoutMs },
              onFault,
            )
      const options = { leaseMs, turns, room, leaseThread, onHeartbeat, onFault }
      const heartbeat = startHeartbeat(conversations, options)
      stop = heartbeat.stop
      await heartbeat.first
    },
    openNotifications(onNotification) {
      if (databaseUrl !== undefined) {
        const source = {
          config: connectionConfig(databaseListenUrl ?? databaseUrl),
          pooling: databaseListenUrl === undefined ? pooling : 'auto',
          onShared: () => callbacks.onNotice(withoutNotifications),
        } as const
        opened.push(openNotifications(source, runner, onNotification))
      }
    },
    announce: (address) => database.announce(address),
    async close() {
      await stop()
      await Promise.all(opened.map((notifications) => notifications.close()))
      await database.close()
    },
  }
}

/** A database that is ready, or becomes ready when its server is back. */
async function openUsable(settings: StoreSettings, callbacks: StoreCallbacks): Promise<Database> {
  const away = Promise.withResolvers<void>()
  const { databaseUrl: url, dataDir, databasePool: poolSize } = settings
  const { databaseTimeoutMs: connectTimeoutMs, databaseWaitMs: waitMs } = settings
  const embedded = { kind: 'embedded', dataDir, onProgress: callbacks.onProgress } as const
  let database: Database | undefined
  try {
    database = await openDatabase({
      ...(url === undefined
        ? { source: embedded }
        : {
            source: { kind: 'postgresql', url, pooling: settings.databasePooling },
            poolSize,
            connectTimeoutMs,
          }),
      waitMs,
      onStateChange: (state) => {
        callbacks.onStateChange(state)
        if (!state.ready && !state.final) away.resolve()
      },
    })
    await Promise.race(url === undefined ? [database.whenReady] : [database.whenReady, away.promise])
    return database
  } catch (error) {
    await database?.close()
    // The others say what to do: they come from the embedded database, the URL itself or the schema.
    const isFromServer = url !== undefined && database && !(error instanceof SchemaRefused)
    const message = isFromServer
      ? `The database cannot be used: ${reasonOf(error)} (setting DATABASE_URL).`
      : messageOf(error)
    throw new ChatterdError('database-unavailable', message, { cause: error })
  }
}

async function readiness(database: Database): ReturnType<OpenStore['readiness']> {
  try {
    await database.check()
    return { ready: true }
  } catch (error) {
    const state = database.state()
    return { ready: false, reason: messageOf(error), detail: state.ready ? reasonOf(error) : state.detail }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
