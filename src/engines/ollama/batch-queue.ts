/** Carries what reads brought to one reader, who gets all that is there as one array. */
export interface BatchQueue<T> {
  push(items: T[], bytes: number): void
  /** Nothing more comes. */
  end(): void
  /** The reader gets what is there, then this error. */
  fail(error: unknown): void
  /** The reader gets this error at once; what it has not read is dropped. */
  abort(error: unknown): void
  readonly iterator: AsyncIterator<T[], undefined> & { return(): Promise<IteratorResult<T[], undefined>> }
}

export interface BatchQueueOptions {
  /** More unread bytes than these, and `onFull` is called; `onDrained` once they were read. */
  maxBytes: number
  onFull: () => void
  onDrained: () => void
  /** The reader left early. */
  onLeave: () => void
}

/**
 * A promise costs more than all else that is done with a token, so there is one for each read of the reader. It is settled in a
 * microtask: by then all that one read of the socket brought is there, however many HTTP chunks it was.
 */
export function createBatchQueue<T>(options: BatchQueueOptions): BatchQueue<T> {
  let items: T[] = []
  let bytes = 0
  let full = false
  let ended = false
  let failure: { error: unknown } | undefined
  let reader: PromiseWithResolvers<IteratorResult<T[], undefined>> | undefined

  function take(): T[] {
    const taken = items
    items = []
    bytes = 0
    if (full) {
      full = false
      options.onDrained()
    }
    return taken
  }

  function settle(): void {
    if (reader === undefined) return
    const { resolve, reject } = reader
    if (items.length > 0) {
      reader = undefined
      resolve({ done: false, value: take() })
    } else if (failure !== undefined) {
      const { error } = failure
      reader = failure = undefined
      reject(error)
    } else if (ended) {
      reader = undefined
      resolve({ done: true, value: undefined })
    }
  }

  function finish(error?: { error: unknown }): void {
    if (ended) return
    ended = true
    failure = error
    settle()
  }

  return {
    push(more, size) {
      if (ended || more.length === 0) return
      if (items.length === 0) items = more
      else for (const item of more) items.push(item)
      bytes += size
      if (!full && bytes > options.maxBytes) {
        full = true
        options.onFull()
      }
      if (reader !== undefined) queueMicrotask(settle)
    },
    end: () => finish(),
    fail: (error) => finish({ error }),
    abort(error) {
      items = []
      finish({ error })
    },
    iterator: {
      next() {
        if (reader !== undefined) return Promise.reject(new Error('a read is under way already'))
        reader = Promise.withResolvers()
        const { promise } = reader
        settle()
        return promise
      },
      return() {
        items = []
        failure = undefined
        ended = true
        options.onLeave()
        settle()
        return Promise.resolve({ done: true, value: undefined })
      },
    },
  }
}
