/** The Levenshtein distance: how many letters to insert, delete or replace to turn `a` into `b`. */
function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [row, letter] of [...a].entries()) {
    const current = [row + 1]
    for (let column = 1; column <= b.length; column += 1) {
      const replace = (previous[column - 1] ?? 0) + (letter === b[column - 1] ? 0 : 1)
      const insert = (current[column - 1] ?? 0) + 1
      const remove = (previous[column] ?? 0) + 1
      current.push(Math.min(replace, insert, remove))
    }
    previous = current
  }
  return previous[b.length] ?? a.length
}

/** MAX_BODY, max_body and maxBody are other spellings of max-body. */
function normalized(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}

/** The name that `word` probably means: at most a third of the letters differ, or two. Undefined where no name is so close. */
export function closestName(word: string, names: Iterable<string>): string | undefined {
  const wanted = normalized(word.slice(0, 100))
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const name of names) {
    const other = normalized(name)
    // So many letters have to be inserted or deleted at the least.
    if (Math.abs(other.length - wanted.length) >= bestDistance) continue
    const current = distance(wanted, other)
    if (current < bestDistance) [best, bestDistance] = [name, current]
  }
  return best
}

/** `; did you mean X?`, to append to an error message about an unknown name; empty where no name is close. */
export function didYouMean(word: string, names: Iterable<string>, prefix = ''): string {
  const name = closestName(word, names)
  return name === undefined ? '' : `; did you mean ${prefix}${name}?`
}
