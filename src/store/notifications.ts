import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { ConversationKey } from '../protocol/conversation-key.ts'
import type { StoreNotification } from '../turn/ports/event-journal.ts'
import { backoff } from './backoff.ts'
import type { ConnectionConfig } from './postgres/connection-config.ts'
import { PostgresClient } from './postgres/postgres-client.ts'
import { type Pooling, Sessions } from './postgres/session.ts'

/** First and longest pause before the next try to connect, in milliseconds. */
const firstPauseMs = 250
const longestPauseMs = 5_000
/** How long the server may take to close the connection, in milliseconds. */
const closeTimeoutMs = 500

/** The payload of a notification, as the SQL functions write it. */
interface Payload {
  events?: string[]
  changed?: Partial<ConversationKey>
  cancel?: string
  cancelIdle?: string
  idleMs?: number
  free?: string
  moved?: string
  followed?: string
  /** The process that all but `events` and `changed` are meant for. */
  runner?: string
}

/** Where notifications come from. */
export interface NotificationSource {
  config: ConnectionConfig
  pooling: Pooling
  /** Called where there is a pooler that shares sessions among its clients, so that no notification will come. */
  onShared(): void
}

/** A subscription to the notifications of all processes that use the same PostgreSQL database. */
export interface Notifications {
  close(): Promise<void>
}

/**
 * Listens for notifications on a connection of its own. Connects again whenever the connection is lost, and each time calls
 * `onNotification` with `missed`. Errors are ignored: notifications only make things faster, and nothing depends on them. `runner`:
 * this process.
 */
export function openNotifications(
  { config, pooling, onShared }: NotificationSource,
  runner: string,
  onNotification: (notification: StoreNotification) => void,
): Notifications {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let pauses = backoff(firstPauseMs, longestPauseMs)
  let closed = false

  function connect(): void {
    const connecting = new PostgresClient({
      ...config,
      application_name: 'chatterd notifications',
      connectTimeoutMs: longestPauseMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    })
    client = connecting
    connecting.on('error', () => reconnect(connecting))
    connecting.on('end', () => reconnect(connecting))
    connecting.on('notification', ({ payload }) => receive(payload))
    connecting
      .connect()
      .then(() => listen(connecting))
      .then((listens) => {
        if (client !== connecting || !listens) return
        pauses = backoff(firstPauseMs, longestPauseMs)
        onNotification({ type: 'missed' })
      })
      .catch(() => reconnect(connecting))
  }

  /** False where the connection has no session of its own: it would never be notified. */
  async function listen(connected: PostgresClient): Promise<boolean> {
    const sessions = new Sessions(pooling)
    await sessions.begin(connected)
    if (!sessions.areShared) {
      await connected.query('listen chatterd')
      return true
    }
    client = undefined
    void connected.end().catch(() => {})
    onShared()
    return false
  }

  function reconnect(lost: pg.Client): void {
    if (closed || client !== lost) return
    client = undefined
    void lost.end().catch(() => {})
    timer = setTimeout(connect, pauses.next().value)
    timer.unref()
  }

  function receive(payload: string | undefined): void {
    if (closed) return
    const notification = parsePayload(payload, runner)
    if (notification) onNotification(notification)
  }

  connect()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      const last = client
      client = undefined
      await Promise.race([last?.end().catch(() => {}), delay(closeTimeoutMs, undefined, { ref: false })])
    },
  }
}

/** The notification in a payload; undefined where it is not for this process, or malformed: any user of the database may send one. */
function parsePayload(text: string | undefined, runner: string): StoreNotification | undefined {
  let payload: Payload
  try {
    payload = JSON.parse(text ?? '')
  } catch {
    return undefined
  }
  if (Array.isArray(payload?.events)) return { type: 'events', turns: payload.events }
  const { tenant, name } = payload?.changed ?? {}
  if (typeof tenant === 'string' && typeof name === 'string')
    return { type: 'changed', conversation: { tenant, name } }
  if (payload?.runner !== runner) return undefined
  if (typeof payload.cancel === 'string') return { type: 'cancel', turn: payload.cancel }
  if (typeof payload.cancelIdle === 'string' && typeof payload.idleMs === 'number')
    return { type: 'cancel-idle', turn: payload.cancelIdle, idleMs: payload.idleMs }
  if (typeof payload.free === 'string') return { type: 'free', turn: payload.free }
  if (typeof payload.moved === 'string') return { type: 'moved', turn: payload.moved }
  if (typeof payload.followed === 'string') return { type: 'followed', turn: payload.followed }
  return undefined
}
