/**
 * Makes what asks for a run of a function, of which one goes on at a time. Requests that come while one goes on are one run, which begins when that
 * has ended. Each resolves, or rejects, with a run that has begun after it came.
 */
export function oneAtATime(run: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  const begin = () => {
    next = undefined
    return run()
  }
  return () => {
    if (next) return next
    next = last.then(begin, begin)
    last = next
    return next
  }
}
