import { setTimeout as delay } from 'node:timers/promises'
import type { ConversationKey } from '../protocol/conversation-key.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { NewMessage } from '../protocol/message.ts'
import { loadModel } from '../turn/load-model.ts'
import type { ConversationDirectory } from '../turn/ports/conversation-directory.ts'
import type {
  ConversationStore,
  EmptiedConversation,
  Replay,
  RequestKey,
  TurnBeginning,
  TurnResults,
} from '../turn/ports/conversation-store.ts'
import type { EndedCall } from '../turn/ports/ended-call.ts'
import type { JournalPage, JournalWant, StoreNotification } from '../turn/ports/event-journal.ts'
import type { HeartbeatResult } from '../turn/ports/process-lease.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { Admission, type AdmissionLimits, type AdmittedResults, type AdmittedTurn } from './admission.ts'
import { BatchReader } from './batch-reader.ts'
import { cancelTurn } from './cancel-turn.ts'
import { conversationEmptied, type EventSink, type FollowEnd, followTurn } from './follow-turn.ts'
import { Notifier } from './notifier.ts'
import type { OnQueued } from './queue-position.ts'
import { type RunLimits, RunningTurns, type RunPorts } from './running-turns.ts'
import type { TurnListener } from './subscribers.ts'
import { takeNotification } from './take-notification.ts'
import { TitleWriter } from './title-writer.ts'
import { changesTopic, type WatchSink, watcherOf } from './watch-conversation.ts'

/** What bounds the turns of this process. Times in milliseconds. */
export interface LiveLimits extends RunLimits, Omit<AdmissionLimits, 'pollMs'> {}

/** What the turns of this process work with. */
export interface LivePorts extends Omit<RunPorts, 'notifier' | 'onFinished'> {
  store: ConversationStore
  directory: Pick<ConversationDirectory, 'messages' | 'remove' | 'improveTitle' | 'watch'>
  newTurnId(): string
}

/** How often something that happens in another process is asked for, when no notification comes, in milliseconds. */
const pollMs = 1_000

/** The turns of all conversations, for the dialects: those that run in this process, and those that others run. */
export class LiveTurns {
  readonly #ports: LivePorts
  readonly #maxTurns: number
  readonly #notifier = new Notifier()
  readonly #closing = new AbortController()
  readonly #running: RunningTurns
  readonly #admission: Admission
  readonly #reader: BatchReader<JournalWant, JournalPage>
  readonly #watch: ReturnType<typeof watcherOf>
  readonly #titles: TitleWriter | undefined

  constructor(ports: LivePorts, limits: LiveLimits) {
    const { store, newTurnId } = ports
    const notifier = this.#notifier
    const running = new RunningTurns(
      { ...ports, notifier, onFinished: (begun, report) => this.#titles?.onFinished(begun, report) },
      limits,
    )
    const closing = this.#closing.signal
    this.#ports = ports
    this.#maxTurns = limits.maxTurns
    this.#running = running
    this.#admission = new Admission({ store, running, notifier, closing, newTurnId }, { ...limits, pollMs })
    const turnOf = ({ turn }: JournalWant) => turn
    this.#reader = new BatchReader((wants) => ports.journal.read(wants), turnOf)
    this.#watch = watcherOf((keys) => ports.directory.watch(keys), { notifier, pollMs, closing })
    const isIdle = () => this.#admission.isIdle && !this.isDraining
    if (limits.titles === 'model')
      this.#titles = new TitleWriter({ ...ports, isIdle, onTitled: (key) => this.changed(key) })
  }

  /** True once this process takes no more requests. */
  get isDraining(): boolean {
    return this.#closing.signal.aborted
  }

  /** How many more turns can run here. */
  get room(): number {
    return this.isDraining ? 0 : Math.max(0, this.#maxTurns - this.#running.size)
  }

  /** Ids of the turns that run here. */
  ids(): string[] {
    return this.#running.ids()
  }

  /**
   * Begins a turn and runs it here; resolves when it is stored. While another turn of the conversation runs, it waits, is refused
   * with `conversation-busy`, or has the other one cancelled, as `whenBusy` says. A client that disconnects while it waits has no
   * turn begun. With a `listener`, a failure of the first step may refuse the request. `onQueued` gets its positions while it waits.
   */
  begin(
    request: Omit<TurnBeginning, 'turn'>,
    disconnected: AbortSignal,
    listener?: TurnListener,
    onQueued?: OnQueued,
  ): Promise<AdmittedTurn> {
    const begun = this.#admission.begin(request, disconnected, listener, onQueued)
    this.#titles?.interruptFor(begun)
    return begun
  }

  /** What the request of this key has led to, where one came before. Throws `key-reused` where it had another body. */
  findReplay(conversation: ConversationKey, key: RequestKey): Promise<Replay | undefined> {
    return this.#ports.store.findReplay(conversation, key)
  }

  /** Resolves when the turn does not run here: it has ended, waits for its device, or runs in another process. */
  async whenNotRunning(turn: string): Promise<void> {
    await this.#running.get(turn)?.finished
  }

  /** Stores results of device calls; where no call of the turn is open any more, it goes on here. */
  storeResults(request: Omit<TurnResults, 'id'>, listener?: TurnListener): Promise<AdmittedResults> {
    const stored = this.#admission.storeResults(request, listener)
    this.#titles?.interruptFor(stored)
    return stored
  }

  /** Writes a turn's events after number `after` into the sink until the turn has ended, whichever process runs it. */
  follow(turn: string, after: number, sink: EventSink, disconnected: AbortSignal): Promise<FollowEnd> {
    const [running, reader] = [this.#running, this.#reader]
    return followTurn(turn, after, sink, disconnected, {
      ...{ notifier: this.#notifier, closing: this.#closing.signal, pollMs },
      live: (id) => {
        const live = running.get(id)
        return live?.isBeingWithdrawn ? undefined : live
      },
      read: (want) => reader.read(want),
    })
  }

  /** Gives the sink a conversation as it is, and what happens in it, in whichever process, until the client has disconnected. */
  watch(
    key: ConversationKey,
    sink: WatchSink,
    disconnected: AbortSignal,
  ): Promise<'disconnected' | 'closing'> {
    return this.#watch(key, sink, disconnected)
  }

  /** Something of a conversation was changed in this process, past its turns. */
  changed(key: ConversationKey): void {
    this.#notifier.notify(changesTopic(key))
  }

  /** Cancels a turn, whichever process runs it, and resolves when it has ended; false where there is none. */
  cancel(turn: string): Promise<boolean> {
    const [running, notifier, closing] = [this.#running, this.#notifier, this.#closing.signal]
    return cancelTurn(turn, { store: this.#ports.store, running, notifier, closing })
  }

  /** Empties a conversation, and begins it anew with these messages. Its active turn is cancelled. */
  async reset(conversation: ConversationKey, messages: readonly NewMessage[]): Promise<void> {
    this.#closing.signal.throwIfAborted()
    await this.#endRemoved(await this.#ports.store.reset(conversation, messages))
    this.changed(conversation)
  }

  /** Removes a conversation with all that it holds; false where there was none. Its active turn is cancelled. */
  async remove(conversation: ConversationKey): Promise<boolean> {
    this.#closing.signal.throwIfAborted()
    const removed = await this.#ports.directory.remove(conversation)
    if (removed) await this.#endRemoved(removed)
    this.changed(conversation)
    return removed !== undefined
  }

  /** Loads a model, or unloads it, as these settings of a prompt ask; returns the engine's line. */
  loadModel(model: string, settings: JsonObject, signal: AbortSignal): Promise<string> {
    return loadModel(model, settings, this.#ports, signal)
  }

  /** Takes a notification of another process. */
  onNotification(notification: StoreNotification): void {
    takeNotification(notification, this.#running, this.#notifier)
  }

  /** Takes the result of a heartbeat: turns that it has adopted, turns of its own that were cancelled, and calls that it has to report. */
  onHeartbeat({ adopted, cancelled, calls }: Omit<HeartbeatResult, 'ended'>): void {
    this.#reportCalls(calls)
    for (const state of adopted) void this.#running.runAgain(state)
    for (const turn of cancelled) this.#abort(turn)
  }

  /**
   * Takes no more requests, ends streams of events so that their clients ask another process, lets running turns finish, and after
   * `deadlineMs` ends the others as interrupted.
   */
  async drain(deadlineMs: number): Promise<void> {
    this.#closing.abort(new ChatterdError('shutting-down', 'The server is shutting down; try again shortly.'))
    this.#titles?.close()
    await Promise.race([this.#admission.idle(), delay(deadlineMs, undefined, { ref: false })])
    await this.#running.end()
  }

  /** Ends turns that are gone from the store; the processes that run or follow them elsewhere are notified by it. */
  async #endRemoved({ turns, calls }: EmptiedConversation): Promise<void> {
    this.#reportCalls(calls)
    for (const turn of turns) {
      this.#running.get(turn)?.abort(new TurnAbort('cancelled', conversationEmptied))
      this.#notifier.notify(turn)
    }
    await Promise.all(turns.map((turn) => this.whenNotRunning(turn)))
  }

  #reportCalls(calls: readonly EndedCall[]): void {
    for (const call of calls) this.#ports.onCallEnd?.(call)
  }

  #abort(turn: string): void {
    this.#running.get(turn)?.abort(new TurnAbort('cancelled'))
  }
}
