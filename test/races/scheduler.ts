import { setImmediate as turnOfTheLoop } from 'node:timers/promises'

/** Something that waits until it is released. */
interface Held {
  label: string
  open(): void
}

/**
 * Holds up all that takes time, and releases it in an order that is drawn. `fc.scheduler` draws an order too, but
 * does not shrink it; here, 0 is whatever has waited longest, so a shrunk order is the plain one but for what matters.
 */
export class Scheduler {
  /** What was released, in order, and other remarks: the story of a run that failed. */
  readonly story: string[] = []
  readonly #held: Held[] = []
  readonly #working = new Set<Promise<unknown>>()

  /** How many wait to be released. */
  get size(): number {
    return this.#held.length
  }

  get isWorking(): boolean {
    return this.#working.size > 0
  }

  hold(label: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#held.push({ label, open: resolve })
    return promise
  }

  /** Work of the database, which takes real time: nothing else is released meanwhile, except by `open`. */
  async work<T>(doing: () => Promise<T>): Promise<T> {
    const promise = doing()
    this.#working.add(promise)
    const done = () => this.#working.delete(promise)
    promise.then(done, done)
    return promise
  }

  /** Lets one through, and does not wait for what it does. */
  open(pick: number): void {
    const [held] = this.#held.splice(pick % Math.max(1, this.#held.length), 1)
    if (!held) return
    this.story.push(held.label)
    held.open()
  }

  /** Lets one through, and then waits until nothing moves any more but what is held. */
  async pass(pick: number): Promise<void> {
    this.open(pick)
    await this.quiet()
  }

  /** Resolves when nothing moves but what is held. */
  async quiet(): Promise<void> {
    for (;;) {
      // Promises settle before the loop's next turn.
      await turnOfTheLoop()
      if (this.#working.size === 0) return
      await Promise.allSettled(this.#working)
    }
  }

  /** Lets all through, oldest first, until nothing is held. */
  async drain(): Promise<void> {
    await this.quiet()
    for (let count = 0; this.size > 0; count++) {
      if (count > 20_000) throw new Error('there is no end to what happens')
      await this.pass(0)
    }
  }

  note(text: string): void {
    this.story.push(`— ${text}`)
  }
}
