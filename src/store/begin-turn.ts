import { keyOf } from '../protocol/conversation-key.ts'
import { eventRecord } from '../protocol/event-chunk.ts'
import type {
  BeginOutcome,
  ConversationStore,
  Replay,
  TurnBeginning,
} from '../turn/ports/conversation-store.ts'
import { bodiesOf, conversationArgument, keyArgument, messageArgument } from './arguments.ts'
import type { CallFunction } from './call-function.ts'
import { type KnownTools, knownAfter, postedTools, toolsArgument } from './known-tools.ts'
import { type LogCache, positionOf } from './log-cache.ts'
import { type StateRow, stateOf } from './rows.ts'
import type { StoreOptions } from './store-options.ts'
import { uuidv7 } from './uuidv7.ts'

/** What `begin_turn` returns: one of these, or `active`: the conversation is busy. */
interface BeginRow {
  state?: StateRow
  /** True where an earlier call has begun it: its tools may have been changed since. */
  earlier?: boolean
  replay?: Replay
  needsTools?: true
  /** The turn that runs, where the conversation is busy because of one. */
  active?: string | null
  position?: number | null
}

/** The operations that begin turns, and those on requests in a queue. */
export interface BeginOperations extends Pick<ConversationStore, 'begin' | 'leaveQueue' | 'queuePosition'> {
  /**
   * Requests that do not wait any more, but may still be in a queue because an operation on them failed; by the ids of the turns that
   * they were to begin. They would block their conversations, so each heartbeat names them, and the database removes them.
   */
  abandoned: Set<string>
}

/** `self`: this process, as `begin_turn` takes it. */
export function createBeginOperations(
  call: CallFunction,
  self: { runner: string },
  { maxTools, busyQueue, keyLifeMs }: StoreOptions,
  logCache: LogCache,
): BeginOperations {
  const abandoned = new Set<string>()

  async function beginTurn(beginning: TurnBeginning): Promise<BeginOutcome> {
    const { turn, conversation, request, messages, tools, replaceTools, system, whenBusy, forgetsModel } =
      beginning
    const { after } = beginning
    const { model } = request
    const title = beginning.title === undefined ? undefined : JSON.stringify(beginning.title)
    const cached = logCache.get(keyOf(conversation))
    const posted = tools && postedTools(tools, replaceTools)
    const send = (known?: KnownTools) => {
      const { knownTools, tools } = toolsArgument(posted, known)
      const about = {
        ...{ ...conversationArgument(conversation), conversationId: uuidv7(), turn, ...self },
        ...{ maxTools, replaceTools, whenBusy, maxQueued: busyQueue, keyLifeMs, knownTools },
        onlyIfBegun: beginning.onlyIfBegun,
        wantsPosition: beginning.wantsPosition,
        ...keyArgument(beginning.key),
        model: forgetsModel ? undefined : JSON.stringify(model),
        title,
        startRecord: eventRecord({ type: 'turn-start', turn, conversation: conversation.name, model }),
        ...{ cached: cached && positionOf(cached), after },
      }
      const argument = {
        ...{ about, tools, request: JSON.stringify(request) },
        system: system === undefined ? undefined : JSON.stringify(system),
        messages: messages.map(messageArgument),
      }
      return call<BeginRow>('begin_turn', argument, bodiesOf(messages))
    }
    let row = await send(cached?.tools)
    if (row.needsTools) row = await send()
    if (row.replay) return { result: 'replay', ...row.replay }
    if (!row.state) {
      const { active, position } = row
      return { result: 'busy', active: active ?? undefined, ...(position && { position }) }
    }
    // What comes after another message than the last one is returned with its log.
    const added = after === undefined ? messages : []
    const state = stateOf(row.state, { log: cached?.log, added, tools: cached?.tools.tools })
    const known = knownAfter(row.state, state.deviceTools, row.earlier ? undefined : posted, cached?.tools)
    logCache.put(keyOf(conversation), known, { ...state, branch: row.state.branch })
    return { result: 'begun', state }
  }

  return {
    abandoned,
    async begin(beginning) {
      // A heartbeat that named it now would take it out of the queue while it waits.
      abandoned.delete(beginning.turn)
      try {
        return await beginTurn(beginning)
      } catch (error) {
        abandoned.add(beginning.turn)
        throw error
      }
    },
    async leaveQueue(turn) {
      abandoned.add(turn)
      await call('leave_queue', { turn, runner: self.runner })
      abandoned.delete(turn)
    },
    async queuePosition(turn) {
      return (await call<number | null>('queue_position', { turn })) ?? undefined
    },
  }
}
