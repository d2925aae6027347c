/** A queue with one reader, which gets all queued items as one array. */
export interface BatchQueue<T> {
  push(items: T[], bytes: number): void
  /** No more items follow. */
  end(): void
  /** The reader gets the queued items, then this error. */
  fail(error: unknown): void
  /** The reader gets this error at once; unread items are dropped. */
  abort(error: unknown): void
  readonly iterator: AsyncIterator<T[], undefined> & { return(): Promise<IteratorResult<T[], undefined>> }
}

export interface BatchQueueOptions {
  /** `onFull` is called when more bytes than these are unread, `onDrained` when they have been read. */
  maxBytes: number
  onFull: () => void
  onDrained: () => void
  /** Called when the reader stops early. */
  onReturn: () => void
}

/**
 * Creating a promise costs more than all other work for a token, so there is one for each read of the reader, not for each item.
 * It is settled in a microtask, after all HTTP chunks of one read of the socket are queued.
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
        if (reader !== undefined) return Promise.reject(new Error('a read is in progress'))
        reader = Promise.withResolvers()
        const { promise } = reader
        settle()
        return promise
      },
      return() {
        items = []
        failure = undefined
        ended = true
        options.onReturn()
        settle()
        return Promise.resolve({ done: true, value: undefined })
      },
    },
  }
}
