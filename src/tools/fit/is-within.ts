/** How much of a value is looked at, so that no stranger's JSON can overflow the stack or hold the process up. */
export interface Bounds {
  /** Levels of objects and arrays inside each other. */
  depth: number
  /** Values in all: members, elements, and what holds them. */
  values: number
  /** UTF-16 units in all strings and names. */
  characters: number
}

/** True where a value stays within all of the bounds. Looks at no more than they allow, so a circular value is simply too deep. */
export function isWithin(value: unknown, bounds: Bounds): boolean {
  let { values, characters } = bounds
  return within(value, bounds.depth)

  function within(part: unknown, depth: number): boolean {
    values -= 1
    if (typeof part === 'string') characters -= part.length
    if (values < 0 || characters < 0 || depth < 0) return false
    if (typeof part !== 'object' || part === null) return true
    if (Array.isArray(part)) return part.every((element) => within(element, depth - 1))
    for (const [name, member] of Object.entries(part)) {
      characters -= name.length
      if (!within(member, depth - 1)) return false
    }
    return true
  }
}
