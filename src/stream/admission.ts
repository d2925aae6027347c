import { keyOf } from '../protocol/conversation-key.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type {
  BeginOutcome,
  ConversationStore,
  Replay,
  ResultsOutcome,
  TurnBeginning,
  TurnResults,
} from '../turn/conversation-store.ts'
import type { TurnState } from '../turn/turn-state.ts'
import { ConversationQueues } from './conversation-queues.ts'
import type { LiveTurn, TurnListener } from './live-turn.ts'
import { OutcomeRecovery, type OutcomeRecoveryLimits, retryOnce } from './outcome-recovery.ts'
import type { RunningTurns } from './running-turns.ts'
import type { Notifier } from './signals.ts'

/** What bounds those who enter. Times in milliseconds. */
export interface AdmissionLimits extends OutcomeRecoveryLimits {
  /** How long a prompt waits for a busy conversation. */
  busyWaitMs: number
  /** How often it asks when no signal comes. */
  pollMs: number
}

/** What the entrance works with. */
export interface AdmissionPorts {
  store: ConversationStore
  running: RunningTurns
  signals: Notifier
  newTurnId(): string
  run(state: TurnState, listener?: TurnListener): LiveTurn
  cancel(turn: string): Promise<boolean>
}

/**
 * A turn that a request has begun, or answered; or another request of the same key before it. Its events after number `after` tell
 * what came of the request.
 */
export interface AdmittedTurn extends Replay {
  /** The turn, where it runs here because of this request. */
  live?: LiveTurn
}

type Placed = Extract<BeginOutcome, { result: 'begun' | 'replay' }>

/** How many turns in a row a request that replaces cancels, while others replace its own in turn. */
const maxReplaced = 10

/** Where requests become turns: one at a time in each conversation, and no more than there is room for. */
export class Admission {
  readonly #ports: AdmissionPorts
  readonly #limits: AdmissionLimits
  readonly #lines: ConversationQueues
  readonly #afterFailure: OutcomeRecovery
  /** Requests that have no turn yet: they wait for their conversation, or for the database. */
  readonly #entering = new Set<Promise<unknown>>()
  #closed = false

  constructor(ports: AdmissionPorts, limits: AdmissionLimits) {
    const { busyWaitMs: waitMs, pollMs } = limits
    this.#ports = ports
    this.#limits = limits
    this.#lines = new ConversationQueues(ports.signals, { waitMs, pollMs })
    this.#afterFailure = new OutcomeRecovery(ports.store, limits)
  }

  /** True once nobody is let in any more. */
  get isClosed(): boolean {
    return this.#closed
  }

  close(): void {
    this.#closed = true
    this.#lines.close()
  }

  checkOpen(): void {
    if (this.#closed)
      throw new ChatterdError('shutting-down', 'The server is shutting down; try again shortly.')
  }

  /** The conversation may be free. */
  tell(key: string): void {
    this.#lines.tell(key)
  }

  /** Resolves when no turn runs, and none is just being begun. */
  async idle(): Promise<void> {
    const { running } = this.#ports
    while (running.size + this.#entering.size > 0) {
      await running.idle()
      await Promise.allSettled(this.#entering)
    }
  }

  begin(
    given: Omit<TurnBeginning, 'turn'>,
    left: AbortSignal,
    listener?: TurnListener,
  ): Promise<AdmittedTurn> {
    const { store, newTurnId } = this.#ports
    const turn = newTurnId()
    const { conversation, key } = given
    const beginning = { ...given, turn }
    let isJoined = false
    const inLine = {
      ask: async () => {
        const asked = await this.#ask(beginning, left)
        isJoined = asked === 'joined'
        return typeof asked === 'object' ? asked : undefined
      },
      isJoined: () => isJoined,
      leave: () => void store.leaveQueue(turn).catch(() => {}),
      topic: turn,
      left,
    }
    const enter = async () => {
      const begun = await this.#lines
        .enter(keyOf(conversation), inLine)
        .catch(this.#afterFailure.ofBeginning(beginning, this.#ports.run))
      if (begun.result === 'replay') return begun
      return { turn, after: 0, live: this.#ports.run(begun.state, listener) }
    }
    return this.#withRoom<AdmittedTurn>(enter, async () => key && store.findReplay(conversation, key))
  }

  answer(
    given: Omit<TurnResults, 'id'>,
    listener?: TurnListener,
  ): Promise<AdmittedTurn & { result: ResultsOutcome['result'] }> {
    const { store, running, run, newTurnId } = this.#ports
    const { turn } = given
    const answers = { ...given, id: newTurnId() }
    const enter = async () => {
      const answered = await retryOnce(() => store.storeResults(answers)).catch(
        this.#afterFailure.ofAnswer(answers, run),
      )
      if (answered.result === 'replay') return answered
      if (answered.result !== 'go-on') return { result: answered.result, turn, after: 0 }
      // The run that offered these calls may still be at its last words.
      await running.get(turn)?.finished
      const { state, result } = answered
      const after = state.lastEvent - answers.results.length
      return { result, turn, after, live: run(state, listener) }
    }
    return this.#withRoom<AdmittedTurn & { result: ResultsOutcome['result'] }>(enter, async () => {
      const asked = given.key && (await store.storeResults({ ...answers, results: [] }))
      return asked?.result === 'replay' ? asked : undefined
    })
  }

  /** Asks for the conversation. The request has to wait in its line, or for the one that it has `joined`, where it is not `Placed`. */
  async #ask(beginning: TurnBeginning, left: AbortSignal): Promise<Placed | 'busy' | 'joined'> {
    const { whenBusy } = beginning
    for (let tries = 0; tries < maxReplaced; tries++) {
      this.checkOpen()
      left.throwIfAborted()
      const begun = await retryOnce(() => this.#ports.store.begin(beginning))
      if (begun.result === 'begun' || begun.result === 'replay') return begun
      if (begun.result === 'joined' || whenBusy === 'queue') return begun.result
      if (whenBusy === 'refuse') break
      if (begun.active) await this.#ports.cancel(begun.active)
    }
    throw new ChatterdError('conversation-busy', 'The conversation is busy with another prompt.')
  }

  /** `known`: what the same request has come to before, which takes no room. */
  async #withRoom<T>(enter: () => Promise<T>, known: () => Promise<T | undefined>): Promise<T> {
    this.checkOpen()
    const { maxTurns } = this.#limits
    if (this.#ports.running.size + this.#entering.size >= maxTurns) {
      const before = await known()
      if (before) return before
      const words = `${maxTurns} turns run or wait already (setting CHATTERD_MAX_TURNS); try again shortly.`
      throw new ChatterdError('too-many-requests', words)
    }
    const entering = enter()
    this.#entering.add(entering)
    try {
      return await entering
    } finally {
      this.#entering.delete(entering)
    }
  }
}
