import pg from 'pg'
import type { StoreNotification } from '../../src/turn/ports/event-journal.ts'

/** A signal, and whom it is for; all where `runner` is undefined. */
export type TappedNotification = StoreNotification & { runner: string | undefined }

/** Hears what the database tells, when it is asked: so that signals have their place in the order of things. */
export class NotificationTap {
  readonly #client: pg.Client
  #heard: TappedNotification[] = []
  #asked: Promise<unknown> = Promise.resolve()

  constructor(url: string) {
    this.#client = new pg.Client({ connectionString: url })
  }

  async open(): Promise<void> {
    await this.#client.connect()
    this.#client.on('notification', ({ payload }) => {
      const { events, cancel, free, runner } = JSON.parse(payload ?? '{}')
      if (events) this.#heard.push({ type: 'events', turns: events, runner: undefined })
      else if (cancel) this.#heard.push({ type: 'cancel', turn: cancel, runner })
      else if (free) this.#heard.push({ type: 'free', turn: free, runner })
    })
    await this.#client.query('listen chatterd')
  }

  /** What was told by statements that are done: the server sends it before it answers. */
  async fetch(): Promise<TappedNotification[]> {
    this.#asked = this.#asked.then(() => this.#client.query('select 1'))
    await this.#asked
    const received = this.#heard
    this.#heard = []
    return received
  }

  close(): Promise<void> {
    return this.#client.end()
  }
}
