import { setTimeout as delay } from 'node:timers/promises'
import { isUnavailable, reasonOf } from './database-failure.ts'

/** Whether the database can be used. `final`: it will not come back by itself, and whoever runs this must act. */
export type DatabaseState = { ready: true } | { ready: false; reason: string; final: boolean }

export interface AvailabilityOptions {
  /** Rejects where the server is not there. Must end within a second or so. */
  probe(): Promise<void>
  /** Makes a database that is there usable: its schema. Done before the first use and after each absence. */
  prepare(): Promise<void>
  /** The server is gone: what waits for it is in vain. */
  onAway(error: Error): void
  onChange?: ((state: DatabaseState) => void) | undefined
}

/** First and longest pause between two tries, in ms. */
const minRetryMs = 250
const maxRetryMs = 2_000

/** SQLSTATEs of errors that another try may not meet: deadlocks and the like, locks that are held, objects in use. */
const passing = /^(40|55)/

/** Keeps account of whether the database can be used, and asks for it in the background while it cannot. */
export class Availability {
  readonly #options: AvailabilityOptions
  readonly #ready = Promise.withResolvers<void>()
  readonly #closing = new AbortController()
  #state: DatabaseState = { ready: false, reason: 'it is being opened', final: false }
  #prepared = false
  #checking = false
  #preparing = false
  #probing: Promise<void> | undefined

  constructor(options: AvailabilityOptions) {
    this.#options = options
    // Nobody has to wait for it.
    this.#ready.promise.catch(() => {})
  }

  get state(): DatabaseState {
    return this.#state
  }

  /** Resolves when the database can be used for the first time; rejects where it never will be. */
  get whenReady(): Promise<void> {
    return this.#ready.promise
  }

  /** Something hints that the server is gone, or is to be had: finds out, until it is there. */
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

  /** It will not come back. */
  fail(error: Error): void {
    this.#set({ ready: false, reason: reasonOf(error), final: true })
    this.#options.onAway(error)
    this.#ready.reject(error)
  }

  /** No more checks. */
  close(): void {
    this.#closing.abort()
    this.fail(new Error('it is closed'))
  }

  async #untilReady(): Promise<void> {
    for (let pause = minRetryMs; !this.#closing.signal.aborted; pause = Math.min(pause * 2, maxRetryMs)) {
      try {
        await this.#options.probe()
        if (!this.#prepared) await this.#prepare()
        if (!this.#closing.signal.aborted) this.#set({ ready: true })
        this.#ready.resolve()
        return
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error))
        if (!mayPass(failure)) return this.fail(failure)
        this.#away(failure)
      }
      await delay(pause, undefined, { signal: this.#closing.signal, ref: false }).catch(() => {})
    }
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

  /** Preparing may take minutes, and would wait as long for a server that went away without a word. */
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
    if (this.#closing.signal.aborted) return
    this.#set({ ready: false, reason: reasonOf(error), final: false })
    this.#options.onAway(error)
  }

  #set(state: DatabaseState): void {
    const before = this.#state
    this.#state = state
    const same = before.ready
      ? state.ready
      : !state.ready && before.reason === state.reason && before.final === state.final
    if (!same) this.#options.onChange?.(state)
  }
}

function mayPass(error: Error): boolean {
  return isUnavailable(error) || ('code' in error && passing.test(String(error.code)))
}
