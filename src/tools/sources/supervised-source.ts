import type { Tool } from '../../turn/ports/toolbox.ts'
import { errorMessage } from '../error-message.ts'
import { runFor } from '../tool-scope.ts'
import { type SourceState, type ToolSource, UnusableSource } from './tool-source.ts'

export interface SupervisedOptions {
  name: string
  /**
   * Tries to get the tools. Rejects with the reason where it cannot, and with an `UnusableSource` where it is not to be tried again.
   * `signal`: aborted when the attempt has failed, or its tools are not used any more.
   */
  open(signal: AbortSignal, lifetime: SourceLifetime): Promise<readonly Tool[]>
  /** Called after every attempt, and every change. */
  onChange(): void
  /** Longest time of one attempt, in milliseconds. Default 30,000. */
  attemptMs?: number
  /** The pause after the first failure, in milliseconds; each further one is twice as long. Default 1,000. */
  retryMs?: number
  /** The longest pause, in milliseconds. Default 300,000. */
  maxRetryMs?: number
}

/** What becomes of a source after it was opened. Calls have no effect when its tools are not used any more. */
export interface SourceLifetime {
  /** It has other tools now. */
  change(tools: readonly Tool[]): void
  /** It has no tools any more, and is tried again. */
  fail(error: unknown): void
}

/** A source that is tried until its tools are there: its failures reach nobody but its state. */
export class SupervisedSource implements ToolSource {
  readonly name: string
  readonly #options: Required<SupervisedOptions>
  #state: SourceState = 'starting'
  #reason: string | undefined
  #tools: readonly Tool[] = []
  #failures = 0
  #readyAt = 0
  #attempt = new AbortController()
  #attempted = Promise.resolve()
  #isTried = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: SupervisedOptions) {
    this.name = options.name
    this.#options = { attemptMs: 30_000, retryMs: 1_000, maxRetryMs: 300_000, ...options }
  }

  get state(): SourceState {
    return this.#state
  }

  get reason(): string | undefined {
    return this.#reason
  }

  get tools(): readonly Tool[] {
    return this.#tools
  }

  /** True while an attempt goes on. */
  get isTried(): boolean {
    return this.#isTried
  }

  /** Tries it at once, in place of an attempt that goes on. Until that has ended, the source is what it was. */
  start(): void {
    this.#failures = 0
    this.#attempted = this.#try()
  }

  /** Resolves when no attempt goes on. Never rejects. */
  async attempted(): Promise<void> {
    let last: Promise<void> | undefined
    while (last !== this.#attempted) {
      last = this.#attempted
      await last
    }
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#attempt.abort()
  }

  async #try(): Promise<void> {
    this.close()
    const attempt = new AbortController()
    this.#attempt = attempt
    this.#isTried = true
    const { open, attemptMs, onChange } = this.#options
    let isOpen = false
    let changed: readonly Tool[] | undefined
    const change = (tools: readonly Tool[]) => {
      if (attempt.signal.aborted) return
      if (!isOpen) changed = tools
      else {
        this.#tools = tools
        onChange()
      }
    }
    try {
      const fail = (error: unknown) => this.#fail(attempt, error)
      const opened = runFor(this.name, () => open(attempt.signal, { change, fail }))
      const tools = await inTime(opened, attemptMs, attempt.signal)
      if (attempt.signal.aborted) return
      isOpen = true
      this.#isTried = false
      this.#state = 'ready'
      this.#reason = undefined
      // What it has changed to while it was opened may be newer.
      this.#tools = changed ?? tools
      this.#readyAt = performance.now()
    } catch (error) {
      this.#fail(attempt, error)
      return
    }
    onChange()
  }

  #fail(attempt: AbortController, error: unknown): void {
    if (attempt.signal.aborted) return
    this.#isTried = false
    // One that fails again soon after it was ready is not tried more often than one that is never ready.
    const isLasting = performance.now() - this.#readyAt > this.#options.maxRetryMs
    if (this.#state === 'ready' && isLasting) this.#failures = 0
    this.#state = 'down'
    this.#reason = errorMessage(error)
    this.#tools = []
    // What an attempt that has failed still does is of no use.
    attempt.abort()
    if (!(error instanceof UnusableSource)) this.#retryLater()
    this.#options.onChange()
  }

  #retryLater(): void {
    const { retryMs, maxRetryMs } = this.#options
    const pauseMs = Math.min(retryMs * 2 ** this.#failures, maxRetryMs)
    this.#failures += 1
    this.#timer = setTimeout(() => {
      this.#attempted = this.#try()
    }, pauseMs)
    this.#timer.unref()
  }
}

/** What a promise resolves to; rejects where it takes too long, or `signal` is aborted. */
async function inTime<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(new Error('it was given up'))
  const timer = setTimeout(() => reject(new Error(`it gave no tools within ${ms / 1000} s`)), ms)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([promise, ended])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
  }
}
