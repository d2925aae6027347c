import type { EventJournal, JournalPage, JournalWant } from '../turn/ports/event-journal.ts'

/** Wants in one statement; the others wait for the next. */
const maxWants = 100

interface Request {
  want: JournalWant
  resolve(page: JournalPage): void
  reject(error: unknown): void
}

/** Reads for all followers of this process, one statement at a time: wants that come meanwhile wait for the next one. */
export class JournalReader {
  readonly #journal: Pick<EventJournal, 'read'>
  #requests: Request[] = []
  #reading = false

  constructor(journal: Pick<EventJournal, 'read'>) {
    this.#journal = journal
  }

  read(want: JournalWant): Promise<JournalPage> {
    const { promise, resolve, reject } = Promise.withResolvers<JournalPage>()
    this.#requests.push({ want, resolve, reject })
    if (!this.#reading) void this.#serve()
    return promise
  }

  async #serve(): Promise<void> {
    this.#reading = true
    // Wants of the same moment go together.
    await undefined
    while (this.#requests.length > 0) {
      const requests = this.#requests.splice(0, maxWants)
      try {
        const pages = await this.#journal.read(requests.map(({ want }) => want))
        for (const [index, { resolve, reject, want }] of requests.entries()) {
          const page = pages[index]
          if (page) resolve(page)
          else reject(new Error(`the journal gave no page for ${want.turn}`))
        }
      } catch (error) {
        for (const { reject } of requests) reject(error)
      }
    }
    this.#reading = false
  }
}
