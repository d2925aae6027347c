/** The size limits of a value, so that JSON of clients cannot overflow the stack or block the process. */
export interface Bounds {
  /** Levels of nested objects and arrays. */
  depth: number
  /** Total number of values: objects, arrays, their members and elements. */
  values: number
  /** Total number of UTF-16 units in strings and names. */
  characters: number
}

/** True where a value is within all bounds. It stops at the first one that is exceeded, so a circular value counts as too deep. */
export function isWithin(value: unknown, bounds: Bounds): boolean {
  let { values, characters } = bounds
  return within(value, bounds.depth)

  function within(part: unknown, depth: number): boolean {
    values -= 1
    if (typeof part === 'string') characters -= part.length
    if (values < 0 || characters < 0 || depth < 0) return false
    if (typeof part !== 'object' || part === null || JSON.isRawJSON(part)) return true
    if (Array.isArray(part)) return part.every((element) => within(element, depth - 1))
    for (const [name, member] of Object.entries(part)) {
      characters -= name.length
      if (!within(member, depth - 1)) return false
    }
    return true
  }
}
