import { closestName } from '../protocol/closest-name.ts'

/** Longer paths are no slips of a hand. */
const maxLength = 500

/**
 * The path of a route that a client probably meant, with its own names in the place of parameters: each part is the same or close.
 * `patterns`: the paths of all routes, with parameters as `:name`. Undefined where none is close.
 */
export function nearestPath(path: string, patterns: Iterable<string>): string | undefined {
  if (path.length > maxLength) return undefined
  const given = path.split('/')
  const near = [...patterns].flatMap((pattern) => {
    const parts = pattern.split('/')
    if (parts.length !== given.length) return []
    const meant = parts.map((part, index) => (part.startsWith(':') ? (given[index] ?? '') : part))
    const changed = meant.filter((part, index) => part !== given[index])
    const isClose = meant.every((part, index) => part === given[index] || isNear(given[index] ?? '', part))
    return isClose ? [{ path: meant.join('/'), changes: changed.length }] : []
  })
  return near.sort((a, b) => a.changes - b.changes)[0]?.path
}

/** Two letters of a short part make another word of it. */
function isNear(given: string, part: string): boolean {
  return part.length >= 4 && closestName(given, [part]) !== undefined
}
