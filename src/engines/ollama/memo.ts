/** A cache of values that are fetched. Calls for the same key at the same time share one fetch. */
export interface Memo<T> {
  /** The cached value of `key`, else the value that `fetchValue` resolves to. Failures are not cached. */
  get(key: string, fetchValue: () => Promise<T>): Promise<T>
}

export interface MemoOptions<T> {
  /** How long a value is cached, in milliseconds; 0: not at all. */
  lifeMs: (value: T) => number
  /** Most values in the cache; the oldest is dropped first. */
  maxEntries: number
  /** A clock in milliseconds that never goes back. */
  now: () => number
}

export function createMemo<T>({ lifeMs, maxEntries, now }: MemoOptions<T>): Memo<T> {
  const cached = new Map<string, { value: T; expiresAt: number }>()
  const fetching = new Map<string, Promise<T>>()

  function cache(key: string, value: T): void {
    cached.delete(key)
    const life = lifeMs(value)
    if (life > 0) cached.set(key, { value, expiresAt: now() + life })
    const [oldest] = cached.keys()
    if (cached.size > maxEntries && oldest !== undefined) cached.delete(oldest)
  }

  async function fetchAndCache(key: string, fetchValue: () => Promise<T>): Promise<T> {
    try {
      const value = await fetchValue()
      cache(key, value)
      return value
    } finally {
      fetching.delete(key)
    }
  }

  return {
    get(key, fetchValue) {
      const entry = cached.get(key)
      if (entry !== undefined && now() < entry.expiresAt) return Promise.resolve(entry.value)
      const shared = fetching.get(key)
      if (shared !== undefined) return shared
      const promise = fetchAndCache(key, fetchValue)
      fetching.set(key, promise)
      return promise
    },
  }
}
