/** Creates a cache that creates missing values and drops the one that was used least recently. */
export function createLru<Value>(limit: number) {
  const entries = new Map<string, Value>()

  return function getOrCreate(key: string, create: () => Value): Value {
    const value = entries.get(key) ?? create()
    // A Map keeps the order of insertion, so its first key is the one used least recently.
    entries.delete(key)
    entries.set(key, value)
    const [oldest] = entries.keys()
    if (entries.size > limit && oldest !== undefined) entries.delete(oldest)
    return value
  }
}
