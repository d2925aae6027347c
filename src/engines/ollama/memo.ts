/** Remembers answers for a time, and lets those who ask for the same at once share one question. */
export interface Memo<T> {
  /** The remembered answer to `key`, or what `ask` gives. Failures are not remembered. */
  get(key: string, ask: () => Promise<T>): Promise<T>
}

export interface MemoOptions<T> {
  /** How long an answer is remembered, in milliseconds; 0: not at all. */
  keepMs: (value: T) => number
  /** Most answers that are remembered at a time; the oldest goes first. */
  maxEntries: number
  /** A clock in milliseconds that never steps back. */
  now: () => number
}

export function createMemo<T>({ keepMs, maxEntries, now }: MemoOptions<T>): Memo<T> {
  const known = new Map<string, { value: T; until: number }>()
  const asked = new Map<string, Promise<T>>()

  function remember(key: string, value: T): void {
    known.delete(key)
    const keep = keepMs(value)
    if (keep > 0) known.set(key, { value, until: now() + keep })
    const [oldest] = known.keys()
    if (known.size > maxEntries && oldest !== undefined) known.delete(oldest)
  }

  async function question(key: string, ask: () => Promise<T>): Promise<T> {
    try {
      const value = await ask()
      remember(key, value)
      return value
    } finally {
      asked.delete(key)
    }
  }

  return {
    get(key, ask) {
      const found = known.get(key)
      if (found !== undefined && now() < found.until) return Promise.resolve(found.value)
      const shared = asked.get(key)
      if (shared !== undefined) return shared
      const asking = question(key, ask)
      asked.set(key, asking)
      return asking
    },
  }
}
