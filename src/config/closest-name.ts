/** Changes of one letter (insert, delete, replace) that lead from `a` to `b`. */
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

/** `_` and capitals are how the same name looks elsewhere: MAX_BODY, max_body, maxBody. */
function plain(name: string): string {
  return name.replace(/[-_]/g, '').toLowerCase()
}

/** The name that was probably meant: at most a third of its letters differ, or two. Undefined where none is near. */
export function closestName(word: string, names: Iterable<string>): string | undefined {
  const wanted = plain(word.slice(0, 100))
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const name of names) {
    const away = distance(wanted, plain(name))
    if (away < bestDistance) [best, bestDistance] = [name, away]
  }
  return best
}

/** `; did you mean X?`, or nothing. Ends a sentence that tells of an unknown name. */
export function didYouMean(word: string, names: Iterable<string>, prefix = ''): string {
  const name = closestName(word, names)
  return name === undefined ? '' : `; did you mean ${prefix}${name}?`
}
