import { ChatterdError } from '../protocol/errors.ts'

/** What bounds waiting for a busy conversation. */
export interface QueueLimits {
  /** Requests that may wait for one conversation. */
  maxWaiting: number
  /** Milliseconds that each may wait. */
  waitMs: number
}

/** Lets one request at a time begin a turn in a conversation, in order of arrival. */
export class ConversationQueue {
  readonly #limits: QueueLimits
  /** For each conversation: who has the place, and how many wait behind. */
  readonly #lines = new Map<string, { tail: Promise<void> | undefined; length: number }>()

  constructor(limits: QueueLimits) {
    this.#limits = limits
  }

  /**
   * Runs `begin` when those before have done. `begin` is given the signal that tells when waiting is over: it is aborted
   * with `conversation-busy` after the time, or with the reason of `left`. Throws that too, or at once when too many wait.
   * `isBusy` tells that a turn runs already: then also the first in the line has to wait.
   */
  async enter<T>(
    key: string,
    left: AbortSignal,
    begin: (over: () => AbortSignal) => Promise<T>,
    isBusy = false,
  ): Promise<T> {
    const line = this.#lines.get(key) ?? { tail: undefined, length: 0 }
    if (line.length + (isBusy ? 1 : 0) > this.#limits.maxWaiting)
      throw busy(`${this.#limits.maxWaiting} requests wait for it already`)
    const { promise, resolve } = Promise.withResolvers<void>()
    const patience = new Patience(this.#limits.waitMs, left)
    const before = line.tail
    line.tail = promise
    line.length += 1
    this.#lines.set(key, line)
    try {
      left.throwIfAborted()
      if (before) await orOver(before, patience.over())
      return await begin(() => patience.over())
    } finally {
      patience.end()
      line.length -= 1
      if (line.length === 0) this.#lines.delete(key)
      // Whoever gave up still holds a link of the chain: those behind go on when those before have done.
      if (before) before.then(resolve)
      else resolve()
    }
  }
}

/** How long one request waits. Most need not: nothing is set up before the signal is asked for. */
class Patience {
  readonly #ms: number
  readonly #left: AbortSignal
  #over: AbortController | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #leave = () => this.#over?.abort(this.#left.reason)

  constructor(ms: number, left: AbortSignal) {
    this.#ms = ms
    this.#left = left
  }

  over(): AbortSignal {
    if (this.#over) return this.#over.signal
    const over = new AbortController()
    this.#over = over
    this.#timer = setTimeout(() => over.abort(busy(`it was still busy after ${this.#ms} ms`)), this.#ms)
    this.#left.addEventListener('abort', this.#leave)
    if (this.#left.aborted) this.#leave()
    return over.signal
  }

  end(): void {
    clearTimeout(this.#timer)
    if (this.#over) this.#left.removeEventListener('abort', this.#leave)
  }
}

/** The promise's value, or a throw of the signal's reason if that comes first. */
export function orOver<T>(promise: Promise<T>, over: AbortSignal): Promise<T> {
  if (over.aborted) return Promise.reject(over.reason)
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(over.reason)
  over.addEventListener('abort', onAbort)
  return Promise.race([promise, aborted]).finally(() => over.removeEventListener('abort', onAbort))
}

function busy(why: string): ChatterdError {
  return new ChatterdError('conversation-busy', `The conversation is busy with another prompt: ${why}.`)
}
