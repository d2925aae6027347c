import { AsyncLocalStorage } from 'node:async_hooks'
import { syncBuiltinESMExports } from 'node:module'
import timersPromises from 'node:timers/promises'

/** A timer that goes off when the clock is advanced; of an interval, `every` milliseconds are between two times. */
interface Waiting {
  at: number
  every: number | undefined
  call(): void
}

/** True in what the database driver does: its connections need time that passes by itself. */
const real = new AsyncLocalStorage<true>()

/** Runs what needs time that passes by itself. */
export function inRealTime<T>(work: () => Promise<T>): Promise<T> {
  return real.run(true, work)
}

const own = { setTimeout, clearTimeout, setInterval, clearInterval, delay: timersPromises.setTimeout }
const realNow = performance.now.bind(performance)

/**
 * Time that passes only by `advance`: `setTimeout`, `setInterval`, those of `node:timers/promises`, and `performance.now`.
 * The mock timers of `node:test` leave `performance.now` alone, apply to the database driver as well, and fire all that is due
 * without letting promises settle in between.
 */
export class VirtualClock {
  now = 0
  #ids = 0
  readonly #waiting = new Map<number, Waiting>()

  install(): void {
    const set = (call: () => void, ms: number, every?: number) => {
      const id = ++this.#ids
      this.#waiting.set(id, { at: this.now + Math.max(1, ms || 0), every, call })
      return handleOf(id)
    }
    const clear = (handle: unknown) => {
      if (typeof handle === 'object' && handle !== null && 'virtual' in handle)
        this.#waiting.delete(Number(handle.virtual))
      else own.clearTimeout(handle as NodeJS.Timeout)
    }
    Object.assign(globalThis, {
      setTimeout: (call: () => void, ms = 0, ...rest: unknown[]) =>
        real.getStore() ? own.setTimeout(call, ms, ...(rest as [])) : set(call, ms),
      setInterval: (call: () => void, ms = 0) =>
        real.getStore() ? own.setInterval(call, ms) : set(call, ms, Math.max(1, ms)),
      clearTimeout: clear,
      clearInterval: clear,
    })
    timersPromises.setTimeout = ((ms: number, value: unknown, options?: object) =>
      real.getStore()
        ? own.delay(ms, value, options)
        : new Promise<unknown>((resolve) => set(() => resolve(value), ms))) as typeof own.delay
    syncBuiltinESMExports()
    performance.now = () => (real.getStore() ? realNow() : this.now)
  }

  uninstall(): void {
    const { delay, ...timers } = own
    Object.assign(globalThis, timers)
    timersPromises.setTimeout = delay
    syncBuiltinESMExports()
    performance.now = realNow
    this.#waiting.clear()
  }

  /** Lets this many milliseconds pass; `settle` is called after each timer that goes off. */
  async advance(ms: number, settle: () => Promise<void>): Promise<void> {
    const until = this.now + ms
    for (let next = this.#due(until); next; next = this.#due(until)) {
      const [id, timer] = next
      this.now = Math.max(this.now, timer.at)
      if (timer.every === undefined) this.#waiting.delete(id)
      else timer.at += timer.every
      timer.call()
      await settle()
    }
    this.now = until
  }

  #due(until: number): [number, Waiting] | undefined {
    let first: [number, Waiting] | undefined
    for (const entry of this.#waiting) {
      if (entry[1].at <= until && (!first || entry[1].at < first[1].at)) first = entry
    }
    return first
  }
}

/** What code does with a timer besides clearing it. */
function handleOf(virtual: number) {
  const handle = { virtual, ref: () => handle, unref: () => handle, hasRef: () => true }
  return handle
}
