/** Remembers what was made for the keys that were asked for last, and makes what it does not have. */
export function createLru<Value>(limit: number) {
  const entries = new Map<string, Value>()

  return function remember(key: string, make: () => Value): Value {
    const value = entries.get(key) ?? make()
    // A Map keeps the order of insertion, so the first key is the one that was not asked for the longest.
    entries.delete(key)
    entries.set(key, value)
    const [oldest] = entries.keys()
    if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
    return value
  }
}
