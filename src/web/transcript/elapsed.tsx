import { useEffect, useState } from 'preact/hooks'

/** A time that goes on, in seconds. `since` is in milliseconds since 1970. */
export function Elapsed({ since }: { since: number }) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(timer)
  }, [])
  return <span class="elapsed">{secondsOf(Math.max(now - since, 0))}</span>
}

/** How many seconds are left. */
export function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return <span class="elapsed">{Math.max(Math.ceil((until - now) / 1_000), 0)} s</span>
}

export function secondsOf(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  if (seconds < 60) return `${seconds} s`
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}
