import { ChatterdError } from '../protocol/errors.ts'
import type {
  ConversationStore,
  Replay,
  ResultsOutcome,
  TurnBeginning,
  TurnResults,
} from '../turn/ports/conversation-store.ts'
import { titleOf } from '../turn/title.ts'
import { ConversationQueues, type QueueLimits, type QueuePorts } from './conversation-queues.ts'
import type { LiveTurn } from './live-turn.ts'
import { OutcomeRecovery, type RecoveryLimits } from './outcome-recovery.ts'
import type { OnQueued } from './queue-position.ts'
import { retryOnce } from './retrying-store.ts'
import type { TurnListener } from './subscribers.ts'

/** What bounds admission. `maxTurns`: turns that run, and requests that wait to begin one, at once. */
export interface AdmissionLimits extends QueueLimits, RecoveryLimits {
  /** Where conversations get their titles from; absent: nowhere. */
  titles?: Titles
}

export type Titles = 'prompt' | 'model' | 'none'

/** What admission works with. */
export interface AdmissionPorts extends QueuePorts {
  store: ConversationStore
  newTurnId(): string
}

/**
 * What a request has led to: a turn that it has begun or made go on, or one that an earlier request of its key has. The turn's events
 * after number `after` are the response to the request.
 */
export interface AdmittedTurn extends Replay {
  /** The turn, where it runs here because of this request. */
  live?: LiveTurn
}

/** The same of results. */
export type AdmittedResults = AdmittedTurn & { result: ResultsOutcome['result'] }

/** Decides when a request begins its turn, or makes it go on: one turn at a time in each conversation, and no more than fit. */
export class Admission {
  readonly #ports: AdmissionPorts
  readonly #maxTurns: number
  readonly #titles: Titles
  readonly #queues: ConversationQueues
  readonly #recovery: OutcomeRecovery
  /** Requests that have no turn yet: they wait for their conversation, or for the database. */
  readonly #admitting = new Set<Promise<unknown>>()

  constructor(ports: AdmissionPorts, limits: AdmissionLimits) {
    this.#ports = ports
    this.#maxTurns = limits.maxTurns
    this.#titles = limits.titles ?? 'none'
    this.#queues = new ConversationQueues(ports, limits)
    this.#recovery = new OutcomeRecovery(ports, limits)
  }

  /** Resolves when no turn runs, and no request waits to begin one. */
  async idle(): Promise<void> {
    const { running } = this.#ports
    while (running.size + this.#admitting.size > 0) {
      await running.idle()
      await Promise.allSettled(this.#admitting)
    }
  }

  /** Begins a turn, and runs it here. */
  async begin(
    request: Omit<TurnBeginning, 'turn'>,
    disconnected: AbortSignal,
    listener?: TurnListener,
    onQueued?: OnQueued,
  ): Promise<AdmittedTurn> {
    const { store, closing, newTurnId } = this.#ports
    closing.throwIfAborted()
    if (this.#isFull) {
      const replay = request.key && (await store.findReplay(request.conversation, request.key))
      if (!replay) throw tooManyTurns(this.#maxTurns)
      return replay
    }
    const title = this.#titles === 'none' ? undefined : titleOf(request.messages)
    const beginning = { ...request, turn: newTurnId(), ...(title !== undefined && { title }) }
    return await this.#track(this.#begin(beginning, disconnected, listener, onQueued))
  }

  /** Stores results of device calls; where no call of the turn is open any more, it goes on here. */
  async storeResults(request: Omit<TurnResults, 'id'>, listener?: TurnListener): Promise<AdmittedResults> {
    const { store, closing, newTurnId } = this.#ports
    closing.throwIfAborted()
    const results = { ...request, id: newTurnId() }
    if (this.#isFull) {
      const earlier = request.key && (await store.storeResults({ ...results, results: [] }))
      if (earlier?.result !== 'replay') throw tooManyTurns(this.#maxTurns)
      return earlier
    }
    return await this.#track(this.#storeResults(results, listener))
  }

  async #begin(
    beginning: TurnBeginning,
    disconnected: AbortSignal,
    listener: TurnListener | undefined,
    onQueued: OnQueued | undefined,
  ): Promise<AdmittedTurn> {
    try {
      const begun = await this.#queues.begin(beginning, disconnected, onQueued)
      if (begun.result === 'replay') return begun
      return { turn: beginning.turn, after: 0, live: this.#ports.running.run(begun.state, listener) }
    } catch (error) {
      this.#recovery.recoverBegin(error, beginning)
      throw error
    }
  }

  async #storeResults(results: TurnResults, listener: TurnListener | undefined): Promise<AdmittedResults> {
    const { store, running } = this.#ports
    const { turn } = results
    const outcome = await retryOnce(() => store.storeResults(results)).catch((error: unknown) => {
      this.#recovery.recoverResults(error, results)
      throw error
    })
    if (outcome.result === 'replay') return outcome
    if (outcome.result !== 'go-on') return { result: outcome.result, turn, after: 0 }
    const { state, result } = outcome
    const after = state.lastEvent - results.results.length
    return { result, turn, after, live: await running.runAgain(state, listener) }
  }

  /** True while no turn runs, and no request waits to begin one. */
  get isIdle(): boolean {
    return this.#ports.running.size + this.#admitting.size === 0
  }

  get #isFull(): boolean {
    return this.#ports.running.size + this.#admitting.size >= this.#maxTurns
  }

  async #track<T>(admitting: Promise<T>): Promise<T> {
    this.#admitting.add(admitting)
    try {
      return await admitting
    } finally {
      this.#admitting.delete(admitting)
    }
  }
}

function tooManyTurns(maxTurns: number): ChatterdError {
  const message = `${maxTurns} turns run or wait already (setting CHATTERD_MAX_TURNS); try again shortly.`
  return new ChatterdError('too-many-requests', message)
}
