/** Lets at most `limit` calls run at once. The others wait, in order of arrival. */
export class CallSlots {
  #limit: number
  #running = 0
  /** What makes those that wait begin, in order. */
  readonly #waiting = new Set<() => void>()

  constructor(limit: number) {
    this.#limit = limit
  }

  set limit(limit: number) {
    this.#limit = limit
    this.#fill()
  }

  /** True where no call runs, and none waits. */
  get isFree(): boolean {
    return this.#running === 0 && this.#waiting.size === 0
  }

  /** Resolves with true when the call may run; then it has to be released. With false, and no slot, when the signal is aborted before. */
  acquire(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve(false)
      const begin = () => {
        this.#waiting.delete(begin)
        signal.removeEventListener('abort', leave)
        this.#running += 1
        resolve(true)
      }
      const leave = () => {
        this.#waiting.delete(begin)
        resolve(false)
      }
      this.#waiting.add(begin)
      signal.addEventListener('abort', leave, { once: true })
      this.#fill()
    })
  }

  release(): void {
    this.#running -= 1
    this.#fill()
  }

  #fill(): void {
    for (const begin of this.#waiting) {
      if (this.#running >= this.#limit) return
      begin()
    }
  }
}

/**
 * Resolves, when all of these have a slot for a call, with the function that releases them. Undefined, and nothing is held, when the
 * signal is aborted or `waitMs` are over before.
 */
export async function acquireSlots(
  slots: readonly CallSlots[],
  signal: AbortSignal,
  waitMs: number,
): Promise<(() => void) | undefined> {
  const held: CallSlots[] = []
  const release = () => {
    for (const one of held) one.release()
  }
  const waiting = new AbortController()
  const stop = () => waiting.abort()
  if (signal.aborted) stop()
  const timer = setTimeout(stop, waitMs)
  signal.addEventListener('abort', stop)
  try {
    for (const one of slots) {
      if (!(await one.acquire(waiting.signal))) {
        release()
        return undefined
      }
      held.push(one)
    }
    return release
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}
