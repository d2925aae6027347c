/** Wakes those who wait for something that happens elsewhere. Whoever begins to listen before looking misses nothing. */
export class Notifier {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** `woken` resolves when the topic is told of, from now on. `stop` has to be called in the end. */
  subscribe(topic: string): { woken: Promise<void>; stop(): void } {
    const { promise: woken, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(topic) ?? new Set()
    this.#waiting.set(topic, waiting.add(resolve))
    return {
      woken,
      stop: () => {
        waiting.delete(resolve)
        if (waiting.size === 0 && this.#waiting.get(topic) === waiting) this.#waiting.delete(topic)
      },
    }
  }

  notify(topic: string): void {
    for (const wake of this.#waiting.get(topic) ?? []) wake()
  }

  notifyAll(): void {
    for (const topic of this.#waiting.keys()) this.notify(topic)
  }
}

/** Resolves after `ms`, when `woken` does, or when `left` is aborted; which of them, the caller looks up. */
export async function notifiedOrAfter(woken: Promise<void>, ms: number, left: AbortSignal): Promise<void> {
  if (left.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const leave = () => resolve()
  left.addEventListener('abort', leave)
  await Promise.race([woken, promise])
  left.removeEventListener('abort', leave)
  clearTimeout(timer)
}
