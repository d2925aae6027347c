import { setImmediate as settled } from 'node:timers/promises'
import type { Platform } from '../../../../src/client/platform.ts'

/** A platform whose time passes when a test says so. */
export interface VirtualPlatform extends Platform {
  /** The network is there again. */
  wake(): void
  show(isShown: boolean): void
  /** Lets time pass, from one timer to the next, until `isDone`, and no longer than so many milliseconds. */
  passUntil(isDone: () => boolean, atMost?: number): Promise<void>
}

/** How many turns of the event loop code may need that waits for no timer: streams and promises. */
const idleTurns = 3

export function createVirtualPlatform(random: () => number = () => 0.5): VirtualPlatform {
  let now = 1_000_000
  let keys = 0
  const timers = new Set<{ at: number; run: () => void }>()
  const sleepers = new Set<() => void>()
  const watchers = new Set<(isShown: boolean) => void>()

  return {
    now: () => now,
    random,
    newKey: () => `key-${++keys}`,
    after(ms, run) {
      const timer = { at: now + Math.max(0, ms), run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    onWake(run) {
      sleepers.add(run)
      return () => void sleepers.delete(run)
    },
    onShown(run) {
      watchers.add(run)
      return () => void watchers.delete(run)
    },
    show(isShown) {
      for (const run of [...watchers]) run(isShown)
    },
    wake() {
      for (const run of [...sleepers]) run()
    },
    async passUntil(isDone, atMost = 86_400_000) {
      const end = now + atMost
      for (;;) {
        for (let turn = 0; turn < idleTurns; turn++) await settled()
        if (isDone()) return
        const [next] = [...timers].sort((one, other) => one.at - other.at)
        if (!next || next.at > end)
          throw new Error(`It is not done after ${now} ms, with ${timers.size} timers`)
        timers.delete(next)
        now = Math.max(now, next.at)
        next.run()
      }
    },
  }
}
