import { keyOf } from '../protocol/conversation-key.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type { BeginOutcome, ConversationStore, TurnBeginning } from '../turn/ports/conversation-store.ts'
import { type CancelPorts, cancelTurn } from './cancel-turn.ts'
import { notifiedOrAfter } from './notifier.ts'
import { type OnQueued, positionTopic, QueuePosition } from './queue-position.ts'
import { retryOnce } from './retrying-store.ts'

/** What bounds waiting, in milliseconds. */
export interface QueueLimits {
  /** How long a request waits for a busy conversation. */
  busyWaitMs: number
  /** How often the first request of a conversation asks again, when no notification comes. */
  pollMs: number
}

/** What the queues work with. */
export interface QueuePorts extends CancelPorts {
  store: Pick<ConversationStore, 'begin' | 'leaveQueue' | 'queuePosition' | 'cancel' | 'cancelIdle'>
}

/** The turn has begun, or an earlier request of the same key has begun one. */
export type Begun = Extract<BeginOutcome, { result: 'begun' | 'replay' }>

/** How many turns in a row a request that replaces cancels, while other requests replace its own in turn. */
const maxReplaced = 10

/**
 * After so many polls, a request asks again though it is not the first here: where the database was away, the queue that it keeps
 * may have another order.
 */
const pollsUnlessFirst = 5

/**
 * The requests of this process that wait for busy conversations. Their order, with those of other processes, is kept by the
 * database. Here, requests of one conversation first ask in the order in which they came; after that, only the first asks again.
 */
export class ConversationQueues {
  readonly #ports: QueuePorts
  readonly #limits: QueueLimits
  /** The newest first question of each conversation. */
  readonly #asking = new Map<string, Promise<unknown>>()
  /** The requests that wait for each conversation, in order. */
  readonly #waiting = new Map<string, TurnBeginning[]>()

  constructor(ports: QueuePorts, limits: QueueLimits) {
    this.#ports = ports
    this.#limits = limits
  }

  /**
   * Begins a turn once its conversation is free. Throws `conversation-busy` where it is refused or has waited too long,
   * `shutting-down`, the reason of `disconnected`, and what the store throws.
   */
  async begin(given: TurnBeginning, disconnected: AbortSignal, onQueued?: OnQueued): Promise<Begun> {
    disconnected.throwIfAborted()
    const beginning = onQueued ? { ...given, wantsPosition: true } : given
    const position = onQueued && new QueuePosition(given.turn, this.#ports.store, onQueued)
    const outcome = await this.#askInOrder(beginning, disconnected)
    if (isBegun(outcome)) return outcome
    position?.report(outcome.position)
    return await this.#wait(beginning, disconnected, position)
  }

  async #askInOrder(beginning: TurnBeginning, disconnected: AbortSignal): Promise<BeginOutcome> {
    const key = keyOf(beginning.conversation)
    const before = this.#asking.get(key)
    const ask = () => this.#ask(beginning, disconnected)
    const asked = before ? before.then(ask) : ask()
    const settled = asked.catch(() => undefined)
    this.#asking.set(key, settled)
    try {
      return await asked
    } finally {
      if (this.#asking.get(key) === settled) this.#asking.delete(key)
    }
  }

  async #wait(
    beginning: TurnBeginning,
    disconnected: AbortSignal,
    position: QueuePosition | undefined,
  ): Promise<Begun> {
    const { turn } = beginning
    const { store, notifier, closing } = this.#ports
    const { busyWaitMs, pollMs } = this.#limits
    const key = keyOf(beginning.conversation)
    const queue = this.#waiting.get(key) ?? []
    this.#waiting.set(key, queue)
    queue.splice(positionIn(queue, beginning), 0, beginning)
    const until = performance.now() + busyWaitMs
    const stopped = AbortSignal.any([disconnected, closing])
    // The conversation may have become free since the first question.
    let mayAsk = true
    let askedAt = performance.now()
    try {
      for (;;) {
        // Subscribed before asking, so that nothing is missed.
        const own = notifier.subscribe(turn)
        const freed = notifier.subscribe(key)
        const moved = notifier.subscribe(positionTopic(turn))
        try {
          if (mayAsk) {
            const outcome = await this.#ask(beginning, disconnected)
            if (isBegun(outcome)) return outcome
            position?.report(outcome.position)
          } else await position?.refresh()
          const rest = until - performance.now()
          if (rest <= 0) throw stillBusy(busyWaitMs)
          mayAsk = false
          const isNext = own.notified.then(() => {
            mayAsk = true
          })
          const woken = Promise.race([isNext, freed.notified, moved.notified])
          await notifiedOrAfter(woken, Math.min(pollMs, rest), stopped)
          stopped.throwIfAborted()
          mayAsk ||= queue[0] === beginning
          mayAsk ||= performance.now() - askedAt >= pollsUnlessFirst * pollMs
          if (mayAsk) askedAt = performance.now()
        } finally {
          own.unsubscribe()
          freed.unsubscribe()
          moved.unsubscribe()
        }
      }
    } catch (error) {
      void store.leaveQueue(turn).then(
        () => this.#moved(key),
        () => {},
      )
      throw error
    } finally {
      queue.splice(queue.indexOf(beginning), 1)
      if (queue.length === 0) this.#waiting.delete(key)
      // The next request is the first now.
      notifier.notify(key)
    }
  }

  /** The requests that wait here may have other positions now. */
  #moved(key: string): void {
    for (const { turn } of this.#waiting.get(key) ?? []) this.#ports.notifier.notify(positionTopic(turn))
  }

  /** Asks the database to begin the turn, with `replace` after the active one is cancelled. */
  async #ask(beginning: TurnBeginning, disconnected: AbortSignal): Promise<BeginOutcome> {
    const { store, closing } = this.#ports
    const { whenBusy } = beginning
    for (let tries = 0; tries < maxReplaced; tries++) {
      closing.throwIfAborted()
      disconnected.throwIfAborted()
      const outcome = await retryOnce(() => store.begin(beginning))
      if (outcome.result === 'busy') this.#cancelIdle(outcome.active, beginning.idleMs)
      if (outcome.result !== 'busy' || whenBusy === 'queue') return outcome
      if (whenBusy === 'refuse') break
      if (outcome.active) await cancelTurn(outcome.active, this.#ports)
    }
    throw new ChatterdError('conversation-busy', 'The conversation is busy with another prompt.')
  }

  /** Has the active turn cancelled where nobody follows it any more, in whichever process. Asked again each time, because a notification may be lost. */
  #cancelIdle(active: string | undefined, idleMs: number | undefined): void {
    if (active === undefined || idleMs === undefined) return
    const live = this.#ports.running.get(active)
    if (live) live.cancelAfterIdle(idleMs)
    else void this.#ports.store.cancelIdle(active, idleMs).catch(() => {})
  }
}

/** Where a request comes in the queue: after the last one of its key, as in the database, or at the end. */
function positionIn(queue: readonly TurnBeginning[], { key }: TurnBeginning): number {
  const like = key ? queue.findLastIndex((other) => other.key?.key === key.key) : -1
  return like < 0 ? queue.length : like + 1
}

function isBegun(outcome: BeginOutcome): outcome is Begun {
  return outcome.result === 'begun' || outcome.result === 'replay'
}

function stillBusy(waitMs: number): ChatterdError {
  const message = `The conversation is busy with another prompt: it was still busy after ${waitMs} ms (setting CHATTERD_BUSY_WAIT).`
  return new ChatterdError('conversation-busy', message)
}
