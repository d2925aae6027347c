import { ChatterdError } from '../protocol/errors.ts'
import { Notifier, notifiedOrAfter } from './signals.ts'

/** What a request does in its line. */
export interface QueuedRequest<T> {
  /** Asks for the conversation; undefined while it is not this request's turn. Its place is kept by the database from the first time on. */
  ask(): Promise<T | undefined>
  /** Gives up the place that the database keeps. */
  leave(): void
  /** True where it waits for another request of the line, whose turn is its own too: it has no place, and may ask at any time. */
  isJoined?(): boolean
  /** Names this request where signals of other processes tell that its turn has come. */
  topic: string
  /** Aborted when the client leaves. */
  left: AbortSignal
}

/** What bounds waiting, in milliseconds. */
export interface LineLimits {
  /** How long a request may wait for its conversation. */
  waitMs: number
  /** How often the first in the line asks again, when nothing is heard. */
  pollMs: number
}

/**
 * Pauses after which any request of a line asks again, though it is not the first here: the database may have them in another
 * order, where it was away and some have lost their places.
 */
const pausesUnled = 5

/**
 * The requests of this process that wait for busy conversations. The database keeps their order, with those of other
 * processes; here, they first ask in the order in which they came, and only the first of a line asks again, and those who wait
 * for another request.
 */
export class ConversationQueues {
  readonly #limits: LineLimits
  readonly #signals: Notifier
  readonly #first = new Notifier()
  readonly #entering = new Map<string, Promise<unknown>>()
  readonly #waiting = new Map<string, object[]>()
  #closed = false

  constructor(signals: Notifier, limits: LineLimits) {
    this.#signals = signals
    this.#limits = limits
  }

  /** Throws what `ask` throws, `conversation-busy` after the time, or the reason of `left`. */
  async enter<T>(key: string, request: QueuedRequest<T>): Promise<T> {
    request.left.throwIfAborted()
    return (await this.#askInOrder(key, request)) ?? (await this.#wait(key, request))
  }

  /** The conversation may be free. */
  tell(key: string): void {
    this.#first.notify(key)
  }

  /** All who wait ask once more, and are to be refused then. */
  close(): void {
    this.#closed = true
    this.#first.notifyAll()
  }

  async #askInOrder<T>(key: string, { ask }: QueuedRequest<T>): Promise<T | undefined> {
    const before = this.#entering.get(key)
    const asked = before ? before.then(ask) : ask()
    const settled = asked.catch(() => undefined)
    this.#entering.set(key, settled)
    try {
      return await asked
    } finally {
      if (this.#entering.get(key) === settled) this.#entering.delete(key)
    }
  }

  async #wait<T>(key: string, request: QueuedRequest<T>): Promise<T> {
    const { left, topic } = request
    const line = this.#waiting.get(key) ?? []
    this.#waiting.set(key, line)
    line.push(request)
    const until = performance.now() + this.#limits.waitMs
    // It may have become free after it was asked for, and before we listen.
    let mayAsk = true
    let askedAt = performance.now()
    try {
      for (;;) {
        // Listening begins before asking, so that nothing is missed meanwhile.
        const own = this.#signals.subscribe(topic)
        const free = this.#first.subscribe(key)
        try {
          const got = mayAsk ? await request.ask() : undefined
          if (got !== undefined) return got
          const rest = until - performance.now()
          if (rest <= 0) throw busy(this.#limits.waitMs)
          mayAsk = false
          const called = own.woken.then(() => {
            mayAsk = true
          })
          const pause = Math.min(this.#limits.pollMs, rest)
          await notifiedOrAfter(Promise.race([called, free.woken]), pause, left)
          left.throwIfAborted()
          mayAsk ||= line[0] === request || this.#closed || request.isJoined?.() === true
          mayAsk ||= performance.now() - askedAt >= pausesUnled * this.#limits.pollMs
          if (mayAsk) askedAt = performance.now()
        } finally {
          own.stop()
          free.stop()
        }
      }
    } catch (error) {
      request.leave()
      throw error
    } finally {
      line.splice(line.indexOf(request), 1)
      if (line.length === 0) this.#waiting.delete(key)
      // The next one is the first now. Where this one's turn runs, it is told again when that ends.
      this.#first.notify(key)
    }
  }
}

function busy(waitMs: number): ChatterdError {
  const words = `The conversation is busy with another prompt: it was still busy after ${waitMs} ms (setting CHATTERD_BUSY_WAIT).`
  return new ChatterdError('conversation-busy', words)
}
