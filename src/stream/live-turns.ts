import { setTimeout as delay } from 'node:timers/promises'
import { type ConversationKey, keyOf } from '../protocol/conversation-key.ts'
import type { NewMessage } from '../protocol/message.ts'
import type { ConversationDirectory, StoredTurn } from '../turn/conversation-directory.ts'
import type {
  ConversationStore,
  HeartbeatResult,
  Replay,
  RequestKey,
  ResultsOutcome,
  TurnBeginning,
  TurnResults,
} from '../turn/conversation-store.ts'
import type { StoreNotification } from '../turn/event-journal.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import type { TurnState } from '../turn/turn-state.ts'
import { Admission, type AdmittedTurn } from './admission.ts'
import { type EventSink, type FollowEnd, type FollowPorts, followTurn } from './follow-turn.ts'
import { JournalReader } from './journal-reader.ts'
import type { LiveTurn, TurnListener } from './live-turn.ts'
import { type RunLimits, RunningTurns, type RunPorts } from './running-turns.ts'
import { Notifier, notifiedOrAfter } from './signals.ts'

/** What bounds the turns of this process. Times in milliseconds. */
export interface LiveLimits extends RunLimits {
  /** Turns that may run or wait for their conversation at once. */
  maxTurns: number
  /** How long a prompt waits for a busy conversation. */
  busyWaitMs: number
}

/** What the turns of this process are run with. */
export interface LivePorts extends Omit<RunPorts, 'onFinished'> {
  store: ConversationStore
  directory: Pick<ConversationDirectory, 'conversation' | 'remove'>
  newTurnId(): string
}

/** How often something that happens in another process is asked for when no signal comes, in milliseconds. */
const pollMs = 1_000
/** The same, where somebody waits for a turn to be cancelled. */
const cancelPollMs = 200

/** The turns of all conversations, as this process runs them and as others do. */
export class LiveTurns {
  readonly #store: ConversationStore
  readonly #directory: LivePorts['directory']
  readonly #signals = new Notifier()
  readonly #running: RunningTurns
  readonly #entrance: Admission
  readonly #follow: FollowPorts
  readonly #closing = new AbortController()
  readonly #maxTurns: number

  constructor(ports: LivePorts, limits: LiveLimits) {
    const signals = this.#signals
    const running = new RunningTurns({ ...ports, onFinished: ({ key }) => this.#entrance.tell(key) }, limits)
    const reader = new JournalReader(ports.journal)
    this.#store = ports.store
    this.#maxTurns = limits.maxTurns
    this.#directory = ports.directory
    this.#running = running
    this.#entrance = new Admission(
      {
        ...{ running, signals, store: ports.store, newTurnId: ports.newTurnId },
        run: (state, listener) => this.#run(state, listener),
        cancel: (turn) => this.cancel(turn),
      },
      { ...limits, pollMs },
    )
    this.#follow = {
      ...{ signals, pollMs, closing: this.#closing.signal },
      live: (turn) => running.get(turn),
      read: (want) => reader.read(want),
    }
  }

  /** True once no more turns are taken. */
  get isDraining(): boolean {
    return this.#entrance.isClosed
  }

  /** How many more turns may run here. */
  get room(): number {
    return this.isDraining ? 0 : Math.max(0, this.#maxTurns - this.#running.size)
  }

  /** Ids of the turns that this process runs. */
  ids(): string[] {
    return this.#running.ids()
  }

  /**
   * Begins a turn and runs it; resolves when it is stored. While another turn of the conversation runs, it waits, is refused
   * with `conversation-busy`, or has the other one cancelled. `left` is aborted when the client leaves before its turn has
   * begun: then it does not begin. With a `listener`, the turn can still be refused when its first prompt fails.
   */
  begin(
    beginning: Omit<TurnBeginning, 'turn'>,
    left: AbortSignal,
    listener?: TurnListener,
  ): Promise<AdmittedTurn> {
    return this.#entrance.begin(beginning, left, listener)
  }

  /** What a request of this key has come to, where one came before. Throws `key-reused` where it had another body. */
  findReplay(conversation: ConversationKey, key: RequestKey): Promise<Replay | undefined> {
    return this.#store.findReplay(conversation, key)
  }

  /** Resolves when the turn does not run here: it has ended, waits for its device, or runs elsewhere. */
  async whenNotRunning(turn: string): Promise<void> {
    await this.#running.get(turn)?.finished
  }

  /** Stores results of device calls; where they were the last open ones, the turn runs on here. */
  storeResults(
    answers: Omit<TurnResults, 'id'>,
    listener?: TurnListener,
  ): Promise<AdmittedTurn & { result: ResultsOutcome['result'] }> {
    return this.#entrance.answer(answers, listener)
  }

  /** The same, of what is known of the turn and its calls. */
  async recordResults(
    { id: turn }: Pick<StoredTurn, 'id'>,
    results: TurnResults['results'],
  ): Promise<Exclude<ResultsOutcome['result'], 'replay'>> {
    const { result } = await this.storeResults({ turn, results })
    return result === 'replay' ? 'recorded' : result
  }

  /** Writes a turn's events after number `after` into the sink, wherever it runs, until it has ended. */
  follow(turn: string, after: number, sink: EventSink, left: AbortSignal): Promise<FollowEnd> {
    return followTurn(turn, after, sink, left, this.#follow)
  }

  /** Cancels a turn, wherever it runs, and resolves when it has ended; false where there is none. */
  async cancel(turn: string): Promise<boolean> {
    for (;;) {
      const signal = this.#signals.subscribe(turn)
      try {
        const live = this.#running.get(turn)
        live?.abort(new TurnAbort('cancelled'))
        await live?.finished
        const outcome = await this.#store.cancel(turn)
        if (outcome !== 'asked') return outcome === 'ended'
        // A process that does not do it within its lease loses the turn, and then it is ended here.
        await notifiedOrAfter(signal.woken, cancelPollMs, this.#closing.signal)
      } finally {
        signal.stop()
      }
      this.#entrance.checkOpen()
    }
  }

  /** Empties a conversation and starts it anew with these messages. A turn that runs in it is cancelled. */
  async reset(conversation: ConversationKey, messages: readonly NewMessage[]): Promise<void> {
    this.#entrance.checkOpen()
    const active = this.#running.activeIn(keyOf(conversation))
    active?.abort(new TurnAbort('cancelled', { code: 'turn-lost', detail: 'The conversation was emptied.' }))
    await active?.finished
    await this.#store.reset(conversation, messages)
  }

  /** Removes a conversation with all that it holds; false where there was none. A turn that is active in it is cancelled first. */
  async remove(conversation: ConversationKey): Promise<boolean> {
    this.#entrance.checkOpen()
    const active = (await this.#directory.conversation(conversation))?.activeTurn
    if (active) await this.cancel(active)
    return await this.#directory.remove(conversation)
  }

  /** Takes note of what other processes tell. */
  onNotification(signal: StoreNotification): void {
    if (signal.type === 'events') for (const turn of signal.turns) this.#signals.notify(turn)
    else if (signal.type === 'cancel') this.#running.get(signal.turn)?.abort(new TurnAbort('cancelled'))
    else if (signal.type === 'free') this.#signals.notify(signal.turn)
    else this.#signals.notifyAll()
  }

  /** Takes note of what a sign of life brought to light. */
  onHeartbeat({ adopted, cancelled }: Pick<HeartbeatResult, 'adopted' | 'cancelled'>): void {
    for (const state of adopted) this.#run(state)
    for (const turn of cancelled) this.#running.get(turn)?.abort(new TurnAbort('cancelled'))
  }

  /**
   * Takes no more turns, tells those who follow events to ask again elsewhere, lets the turns that run finish, and after
   * `deadlineMs` ends the rest as interrupted.
   */
  async drain(deadlineMs: number): Promise<void> {
    this.#entrance.close()
    this.#closing.abort()
    await Promise.race([this.#entrance.idle(), delay(deadlineMs, undefined, { ref: false })])
    await this.#running.end()
  }

  #run(state: TurnState, listener?: TurnListener): LiveTurn {
    const live = this.#running.run(state, listener)
    // Those who have waited for it to go on follow it here from now on.
    this.#signals.notify(live.id)
    return live
  }
}
