import pg from 'pg'
import type { StoreNotification } from '../../src/turn/ports/event-journal.ts'

/** A notification, and the process that it is for; all processes where `runner` is undefined. */
export type TappedNotification = StoreNotification & { runner: string | undefined }

/** Receives the database's notifications, and hands them out on request: so they come at a time that the race determines. */
export class NotificationTap {
  readonly #client: pg.Client
  #received: TappedNotification[] = []
  #asked: Promise<unknown> = Promise.resolve()

  constructor(url: string) {
    this.#client = new pg.Client({ connectionString: url })
  }

  async open(): Promise<void> {
    await this.#client.connect()
    this.#client.on('notification', ({ payload }) => {
      const { events, cancel, free, runner } = JSON.parse(payload ?? '{}')
      if (events) this.#received.push({ type: 'events', turns: events, runner: undefined })
      else if (cancel) this.#received.push({ type: 'cancel', turn: cancel, runner })
      else if (free) this.#received.push({ type: 'free', turn: free, runner })
    })
    await this.#client.query('listen chatterd')
  }

  /** The notifications of statements that are done: the server sends them before its response. */
  async fetch(): Promise<TappedNotification[]> {
    this.#asked = this.#asked.then(() => this.#client.query('select 1'))
    await this.#asked
    const received = this.#received
    this.#received = []
    return received
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}
