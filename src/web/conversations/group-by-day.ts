/** Things of one span of days: `Today`, `Yesterday`, `Previous 7 days`, `Previous 30 days`, and then by month. */
export interface Group<T> {
  title: string
  items: T[]
}

const dayMs = 86_400_000

/** Groups things that come newest first by their day in this time zone. `now` is in milliseconds since 1970. */
export function groupByDay<T extends { updatedAt: string }>(items: readonly T[], now: number): Group<T>[] {
  const groups: Group<T>[] = []
  for (const item of items) {
    const title = titleOf(new Date(item.updatedAt), new Date(now))
    const last = groups.at(-1)
    if (last?.title === title) last.items.push(item)
    else groups.push({ title, items: [item] })
  }
  return groups
}

function titleOf(date: Date, now: Date): string {
  if (Number.isNaN(date.getTime())) return 'Earlier'
  // Days have 23 or 25 hours where the clock is changed.
  const days = Math.round((startOfDay(now) - startOfDay(date)) / dayMs)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days <= 7) return 'Previous 7 days'
  if (days <= 30) return 'Previous 30 days'
  return date.toLocaleDateString('en', { month: 'long', year: 'numeric' })
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}
