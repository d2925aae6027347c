/** Wants in one statement; the others wait for the next. */
const maxWants = 100

interface Request<Want, Page> {
  want: Want
  resolve(page: Page): void
  reject(error: unknown): void
}

/** Reads for all clients of this process, one statement at a time: wants that come meanwhile wait for the next one. */
export class BatchReader<Want, Page> {
  readonly #read: (wants: readonly Want[]) => Promise<Page[]>
  readonly #nameOf: (want: Want) => string
  #requests: Request<Want, Page>[] = []
  #reading = false

  /** `read` returns a page for each want, in their order. `nameOf` names a want in an error. */
  constructor(read: (wants: readonly Want[]) => Promise<Page[]>, nameOf: (want: Want) => string) {
    this.#read = read
    this.#nameOf = nameOf
  }

  read(want: Want): Promise<Page> {
    const { promise, resolve, reject } = Promise.withResolvers<Page>()
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
        const pages = await this.#read(requests.map(({ want }) => want))
        for (const [index, { resolve, reject, want }] of requests.entries()) {
          if (index < pages.length) resolve(pages[index] as Page)
          else reject(new Error(`there was no page for ${this.#nameOf(want)}`))
        }
      } catch (error) {
        for (const { reject } of requests) reject(error)
      }
    }
    this.#reading = false
  }
}
