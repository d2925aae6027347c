import { setTimeout as delay } from 'node:timers/promises'
import { backoff } from './backoff.ts'
import { canPass, PublicReason, publicReasonOf, reasonOf } from './database-failure.ts'
import { SchemaRefused } from './schema/apply-schema.ts'

/**
 * Whether the database can be used. `reason`: in words that everybody may read. `detail`: the same for the log. `final`: it does not
 * become ready by itself; a person must act.
 */
export type DatabaseState = { ready: true } | { ready: false; reason: string; detail: string; final: boolean }

export interface AvailabilityOptions {
  /** Rejects where the server cannot be reached. Must settle within a second or so. */
  probe(): Promise<void>
  /** Brings the schema up to date. Called before the first use, and again each time that the server was away. */
  prepare(): Promise<void>
  /** Called when the server cannot be reached: what waits for it should fail. */
  onAway(error: Error): void
  onChange?: ((state: DatabaseState) => void) | undefined
}

/** First and longest pause between two probes, in milliseconds. */
const firstPauseMs = 250
const longestPauseMs = 2_000

/** Tracks whether the database can be used, and probes the server in the background while it cannot. */
export class Availability {
  readonly #options: AvailabilityOptions
  readonly #ready = Promise.withResolvers<void>()
  readonly #closing = new AbortController()
  #state: DatabaseState = notReady(new PublicReason('it is being opened'), false)
  #prepared = false
  /** It has been ready, or away: the program has started. */
  #decided = false
  #checking = false
  #preparing = false
  #probing: Promise<void> | undefined

  constructor(options: AvailabilityOptions) {
    this.#options = options
    // `whenReady` may be awaited by nobody, and an unhandled rejection would end the process.
    this.#ready.promise.catch(() => {})
  }

  get state(): DatabaseState {
    return this.#state
  }

  /** Resolves when the database can be used for the first time; rejects when it never can. */
  get whenReady(): Promise<void> {
    return this.#ready.promise
  }

  /** Probes the server until it responds. Called when something suggests that its state has changed. */
  check(): void {
    if (this.#closing.signal.aborted || (!this.#state.ready && this.#state.final)) return
    if (this.#checking) {
      this.#checkWhilePreparing()
      return
    }
    this.#checking = true
    void this.#untilReady().finally(() => {
      this.#checking = false
    })
  }

  /** Makes the database unavailable for good. */
  fail(error: Error): void {
    this.#set(notReady(error, true))
    this.#options.onAway(error)
    this.#ready.reject(error)
  }

  close(): void {
    this.#closing.abort()
    this.fail(new PublicReason('it is closed'))
  }

  async #untilReady(): Promise<void> {
    for (const pause of backoff(firstPauseMs, longestPauseMs)) {
      if (this.#closing.signal.aborted) return
      try {
        await this.#options.probe()
        if (!this.#prepared) await this.#prepare()
        this.#decided = true
        if (!this.#closing.signal.aborted) this.#set({ ready: true })
        this.#ready.resolve()
        return
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error))
        if (this.#isFinal(failure)) return this.fail(failure)
        this.#away(failure)
      }
      await delay(pause, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {})
    }
  }

  /**
   * At first, everything that a person has to mend is final: the program has not started yet, and its user sees why. Later, a
   * person may mend it while the program waits.
   */
  #isFinal(error: Error): boolean {
    return error instanceof SchemaRefused || (!this.#decided && !canPass(error))
  }

  async #prepare(): Promise<void> {
    this.#preparing = true
    try {
      await this.#options.prepare()
      this.#prepared = true
    } finally {
      this.#preparing = false
    }
  }

  /** `prepare` may take minutes, and does not notice that the server has vanished without closing its connections. */
  #checkWhilePreparing(): void {
    if (!this.#preparing || this.#probing) return
    this.#probing = this.#options
      .probe()
      .catch((error: Error) => {
        if (this.#preparing) this.#options.onAway(error)
      })
      .finally(() => {
        this.#probing = undefined
      })
  }

  #away(error: Error): void {
    this.#prepared = false
    this.#decided = true
    if (this.#closing.signal.aborted) return
    this.#set(notReady(error, false))
    this.#options.onAway(error)
  }

  #set(state: DatabaseState): void {
    const before = this.#state
    this.#state = state
    if (kindOf(before) !== kindOf(state)) this.#options.onChange?.(state)
  }
}

/** The same for states that are told apart only by numbers, such as those of files on a full disk. */
function kindOf(state: DatabaseState): string {
  return state.ready ? 'ready' : `${state.final} ${state.detail.replaceAll(/\d+/g, '')}`
}

function notReady(error: Error, final: boolean): DatabaseState {
  return { ready: false, reason: publicReasonOf(error), detail: reasonOf(error), final }
}
