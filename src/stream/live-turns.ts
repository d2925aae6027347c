import { setTimeout as delay } from 'node:timers/promises'
import { ChatterdError } from '../protocol/errors.ts'
import type { TurnEvent } from '../protocol/events.ts'
import type { NewMessage } from '../protocol/message.ts'
import type {
  ConversationKey,
  ConversationStore,
  TurnAnswers,
  TurnBeginning,
} from '../turn/conversation-store.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import type { TurnState } from '../turn/turn-state.ts'
import { ConversationQueue, orOver } from './conversation-queue.ts'
import { type FollowLimits, type FollowPorts, followTurn } from './follow-turn.ts'
import { LiveTurn, type TurnListener } from './live-turn.ts'
import { persistentStore } from './persistent-store.ts'
import { TakeBack } from './take-back.ts'

/** What bounds the turns of this process. Times in milliseconds. */
export interface LiveLimits extends FollowLimits {
  /** Turns that may run or wait for their conversation at once. */
  maxTurns: number
  /** How long a prompt waits for a busy conversation, and how many may. */
  busyWaitMs: number
  maxWaiting: number
}

/** What the turns of this process are run with. */
export interface LivePorts extends FollowPorts {
  store: ConversationStore
  newTurnId(): string
}

/** How often a conversation that another process is busy in is asked for again. */
const pollMs = 200
/** How long turns that a drain ends have to be stored, in milliseconds. */
const lastWordsMs = 2_000

/** The turns that this process runs, by conversation. */
export class LiveTurns {
  readonly #ports: LivePorts
  readonly #limits: LiveLimits
  readonly #queue: ConversationQueue
  readonly #turns = new Map<string, LiveTurn>()
  /** The same, each by its conversation: it has one at a time. */
  readonly #active = new Map<string, LiveTurn>()
  /** Requests that have no turn yet: they wait for their conversation, or for the database. */
  readonly #entering = new Set<Promise<unknown>>()
  readonly #takeBack: TakeBack
  #draining = false
  /** Why turns are ended, once the deadline of a drain is over. */
  #closing: TurnAbort | undefined

  constructor(ports: LivePorts, limits: LiveLimits) {
    this.#ports = ports
    this.#limits = limits
    this.#takeBack = new TakeBack(persistentStore(ports.store, limits.leaseMs), limits.maxTurns)
    this.#queue = new ConversationQueue({ maxWaiting: limits.maxWaiting, waitMs: limits.busyWaitMs })
  }

  /** True once no more turns are taken. */
  get isDraining(): boolean {
    return this.#draining
  }

  /** Ids of the turns that this process runs. */
  ids(): string[] {
    return [...this.#turns.keys()]
  }

  /**
   * Begins a turn and runs it; resolves when it is stored. Waits while another turn of the conversation runs. `left` is
   * aborted when the client leaves before its turn has begun: then it does not begin.
   */
  begin(
    beginning: Omit<TurnBeginning, 'turn'>,
    left: AbortSignal,
    listener: TurnListener,
  ): Promise<LiveTurn> {
    const { conversation } = beginning
    return this.#withRoom(async () => {
      const turn = this.#ports.newTurnId()
      const beginWhenFree = async (over: () => AbortSignal) => {
        for (;;) {
          this.#checkOpen()
          const begun = await this.#ports.store
            .begin({ ...beginning, turn })
            .catch(this.#takeBack.after(turn))
          if (begun) return begun
          await orOver(this.#whenFree(conversation), over())
        }
      }
      const isBusy = this.#activeIn(conversation) !== undefined
      const state = await this.#queue.enter(keyOf(conversation), left, beginWhenFree, isBusy)
      const { model } = state.request
      return this.#run(state, conversation, listener, [
        { type: 'turn-start', turn, conversation: conversation.name, model },
      ])
    })
  }

  /**
   * Stores results of device calls. Returns the turn where it runs on, in this process; `recorded` where it still has
   * open calls; `conflict` where one of the calls is not open any more: nothing is stored then.
   */
  answer(
    conversation: ConversationKey,
    answers: TurnAnswers,
    listener: TurnListener,
  ): Promise<LiveTurn | 'recorded' | 'conflict'> {
    return this.#withRoom(async () => {
      // The run that offered these calls may still be busy with resident ones, or at its last words.
      await this.#turns.get(answers.turn)?.finished
      this.#checkOpen()
      const answered = await this.#ports.store.answer(answers)
      return answered.result === 'go-on'
        ? this.#run(answered.state, conversation, listener, [])
        : answered.result
    })
  }

  /** Empties a conversation and starts it anew with these messages. A turn that runs in it is cancelled. */
  async reset(conversation: ConversationKey, messages: readonly NewMessage[]): Promise<void> {
    this.#checkOpen()
    const active = this.#activeIn(conversation)
    active?.abort(new TurnAbort('cancelled', { code: 'turn-lost', detail: 'The conversation was emptied.' }))
    await active?.finished
    await this.#ports.store.reset(conversation, messages)
  }

  /** Takes no more turns, lets those that run finish, and after `deadlineMs` ends the rest as interrupted. */
  async drain(deadlineMs: number): Promise<void> {
    this.#draining = true
    await Promise.race([this.#idle(), delay(deadlineMs, undefined, { ref: false })])
    const closing = new TurnAbort('interrupted', {
      code: 'shutting-down',
      detail: 'The server was shut down.',
    })
    this.#closing = closing
    for (const live of this.#turns.values()) live.abort(closing)
    await Promise.race([this.#idle(), delay(lastWordsMs, undefined, { ref: false })])
  }

  /** Resolves when no turn runs, and none is just being begun. */
  async #idle(): Promise<void> {
    while (this.#turns.size + this.#entering.size > 0) {
      const running = [...this.#turns.values()].map((live) => live.finished)
      await Promise.allSettled([...running, ...this.#entering])
    }
  }

  async #withRoom<T>(enter: () => Promise<T>): Promise<T> {
    this.#checkOpen()
    const { maxTurns } = this.#limits
    if (this.#turns.size + this.#entering.size >= maxTurns) {
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

  #checkOpen(): void {
    if (this.#draining)
      throw new ChatterdError('shutting-down', 'The server is shutting down; try again shortly.')
  }

  #activeIn(conversation: ConversationKey): LiveTurn | undefined {
    return this.#active.get(keyOf(conversation))
  }

  /** Resolves when it is worth asking again whether the conversation is free. */
  #whenFree(conversation: ConversationKey): Promise<unknown> {
    return this.#activeIn(conversation)?.finished ?? delay(pollMs)
  }

  #run(
    state: TurnState,
    conversation: ConversationKey,
    listener: TurnListener,
    first: readonly TurnEvent[],
  ): LiveTurn {
    const live = new LiveTurn(state.id)
    const key = keyOf(conversation)
    this.#turns.set(live.id, live)
    this.#active.set(key, live)
    live.listen(listener)
    live.publish(first)
    if (this.#closing) live.abort(this.#closing)
    void followTurn(live, state, this.#ports, this.#limits).finally(() => {
      this.#turns.delete(live.id)
      // The next one may have begun already.
      if (this.#active.get(key) === live) this.#active.delete(key)
      live.finish()
    })
    return live
  }
}

function keyOf({ tenant, name }: ConversationKey): string {
  return JSON.stringify([tenant, name])
}
