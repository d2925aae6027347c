/**
 * Wakes those who wait for something that happens elsewhere: in another request, or in another process. Topics are turns, by their
 * ids, and conversations, by `keyOf`. Who subscribes before looking misses nothing.
 */
export class Notifier {
  readonly #waiting = new Map<string, Set<() => void>>()

  /** `notified` resolves at the topic's next notification. `unsubscribe` has to be called in the end. */
  subscribe(topic: string): { notified: Promise<void>; unsubscribe(): void } {
    const { promise: notified, resolve } = Promise.withResolvers<void>()
    const waiting = this.#waiting.get(topic) ?? new Set()
    this.#waiting.set(topic, waiting.add(resolve))
    return {
      notified,
      unsubscribe: () => {
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

/** Resolves when `notified` does, after `ms`, or when `signal` is aborted; which of them, the caller finds out. */
export async function notifiedOrAfter(
  notified: Promise<void>,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  const stop = () => resolve()
  signal.addEventListener('abort', stop)
  await Promise.race([notified, promise])
  signal.removeEventListener('abort', stop)
  clearTimeout(timer)
}
