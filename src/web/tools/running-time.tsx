import { useEffect, useState } from 'preact/hooks'
import { durationOf } from './call-words.ts'

/** How long a call has been running; tenths of a second at first, then seconds. `since`: milliseconds since 1970. */
export function RunningTime({ since }: { since: number }) {
  const [now, setNow] = useState(() => Date.now())
  const ms = Math.max(0, now - since)
  const slow = ms >= 10_000
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), slow ? 1000 : 100)
    return () => clearInterval(timer)
  }, [slow])
  // A screen reader would read each change.
  return <span aria-hidden="true">{durationOf(ms < 100 ? 0 : ms)}</span>
}
