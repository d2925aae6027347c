import type { EventJournal, JournalPage, JournalWant } from '../turn/ports/event-journal.ts'

/** Wants in one statement; the others go with the next. */
const maxWants = 100

interface Asked {
  want: JournalWant
  resolve(page: JournalPage): void
  reject(error: unknown): void
}

/** Reads for all who follow turns here with one statement at a time: who asks meanwhile is served by the next one. */
export class JournalReader {
  readonly #journal: Pick<EventJournal, 'read'>
  #asked: Asked[] = []
  #reading = false

  constructor(journal: Pick<EventJournal, 'read'>) {
    this.#journal = journal
  }

  read(want: JournalWant): Promise<JournalPage> {
    const { promise, resolve, reject } = Promise.withResolvers<JournalPage>()
    this.#asked.push({ want, resolve, reject })
    if (!this.#reading) void this.#serve()
    return promise
  }

  async #serve(): Promise<void> {
    this.#reading = true
    // What is asked for in the same moment goes together.
    await undefined
    while (this.#asked.length > 0) {
      const asked = this.#asked.splice(0, maxWants)
      try {
        const pages = await this.#journal.read(asked.map(({ want }) => want))
        for (const [place, { resolve, reject, want }] of asked.entries()) {
          const page = pages[place]
          if (page) resolve(page)
          else reject(new Error(`the journal gave no page for ${want.turn}`))
        }
      } catch (error) {
        for (const { reject } of asked) reject(error)
      }
    }
    this.#reading = false
  }
}
