import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { StoreNotification } from '../turn/ports/event-journal.ts'

/** Pauses before it is tried again to connect, in milliseconds: the first, doubled each time, and the longest. */
const firstPauseMs = 250
const longestPauseMs = 5_000
/** How long the server has to say goodbye, in milliseconds. */
const goodbyeMs = 500

/** What functions of the schema tell. */
interface Payload {
  events?: string[]
  cancel?: string
  free?: string
  /** For whom `cancel` and `free` are. */
  runner?: string
}

/** Hears what other processes that serve the same PostgreSQL tell. */
export interface Listening {
  close(): Promise<void>
}

/**
 * Listens on a connection of its own, and connects again whenever that is lost; each time it tells `missed`. Signals are there
 * to be fast, and nothing depends on them, so errors are told to nobody. `runner` is this process.
 */
export function listenTo(
  connectionString: string,
  runner: string,
  onNotification: (signal: StoreNotification) => void,
): Listening {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let pause = firstPauseMs
  let closed = false

  function connect(): void {
    const fresh = new pg.Client({
      connectionString,
      application_name: 'chatterd signals',
      connectionTimeoutMillis: longestPauseMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    })
    client = fresh
    fresh.on('error', () => again(fresh))
    fresh.on('end', () => again(fresh))
    fresh.on('notification', ({ payload }) => tell(payload))
    fresh
      .connect()
      .then(() => fresh.query('listen chatterd'))
      .then(() => {
        if (client !== fresh) return
        pause = firstPauseMs
        onNotification({ type: 'missed' })
      })
      .catch(() => again(fresh))
  }

  function again(lost: pg.Client): void {
    if (closed || client !== lost) return
    client = undefined
    void lost.end().catch(() => {})
    timer = setTimeout(connect, pause)
    timer.unref()
    pause = Math.min(pause * 2, longestPauseMs)
  }

  function tell(payload: string | undefined): void {
    if (closed) return
    for (const signal of notificationsIn(payload, runner)) onNotification(signal)
  }

  connect()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      const last = client
      client = undefined
      // One that does not answer does not say goodbye either.
      await Promise.race([last?.end().catch(() => {}), delay(goodbyeMs, undefined, { ref: false })])
    },
  }
}

/** What a payload tells this process. What does not read is none of ours: anyone may notify on the channel. */
function notificationsIn(payload: string | undefined, runner: string): StoreNotification[] {
  let told: Payload
  try {
    told = JSON.parse(payload ?? '')
  } catch {
    return []
  }
  if (Array.isArray(told?.events)) return [{ type: 'events', turns: told.events }]
  if (told?.runner !== runner) return []
  if (typeof told.cancel === 'string') return [{ type: 'cancel', turn: told.cancel }]
  if (typeof told.free === 'string') return [{ type: 'free', turn: told.free }]
  return []
}
