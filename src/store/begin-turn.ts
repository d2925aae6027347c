import { keyOf } from '../protocol/conversation-key.ts'
import { eventLine } from '../protocol/event-chunk.ts'
import type { Begun, ConversationStore, TurnBeginning } from '../turn/conversation-store.ts'
import { keyArgument, messageArgument, placeArgument, toolArguments } from './arguments.ts'
import type { CallFunction } from './call-function.ts'
import type { LogCache } from './log-cache.ts'
import { type StateRow, stateOf } from './rows.ts'
import type { StoreOptions } from './store-options.ts'
import { uuidv7 } from './uuidv7.ts'

/** What `begin_turn` gives: one of these, or `busy` with what is active. */
interface BegunRow {
  state?: StateRow
  replay?: { turn: string; after: number }
  joined?: true
  active?: string | null
}

/** Beginnings of turns, and those that wait for theirs. */
export interface Beginnings extends Pick<ConversationStore, 'begin' | 'leaveLine'> {
  /**
   * Requests that wait in no line any more, though the database may have a place for them: it was away when they were made or
   * left. A place that nobody leaves would hold up its conversation, so signs of life tell of them.
   */
  left: Set<string>
}

/** `self` tells who begins. */
export function beginnings(
  call: CallFunction,
  self: { runner: string },
  { maxTools, busyQueue, keyLifeMs }: StoreOptions,
  logs: LogCache,
): Beginnings {
  const left = new Set<string>()

  async function beginTurn(beginning: TurnBeginning): Promise<Begun> {
    const { turn, conversation, request, messages, tools, replaceTools, system, whenBusy } = beginning
    const known = logs.get(keyOf(conversation))
    const begun = await call<BegunRow>('begin_turn', {
      about: {
        ...{ ...placeArgument(conversation), conversationId: uuidv7(), turn, ...self },
        ...{ maxTools, replaceTools, whenBusy, maxWaiting: busyQueue, keyLifeMs },
        ...keyArgument(beginning.key),
        model: JSON.stringify(request.model),
        opening: eventLine({
          type: 'turn-start',
          turn,
          conversation: conversation.name,
          model: request.model,
        }),
        known: known && { conversation: known.conversation, seq: known.seq },
      },
      request: JSON.stringify(request),
      system: system === undefined ? undefined : JSON.stringify(system),
      messages: messages.map(messageArgument),
      tools: tools && toolArguments(tools),
    })
    if (begun.replay) return { result: 'replay', ...begun.replay }
    if (begun.joined) return { result: 'joined' }
    if (!begun.state) return { result: 'busy', active: begun.active ?? undefined }
    const state = stateOf(begun.state, known?.log)
    logs.put(keyOf(conversation), begun.state.id, turn, state.log)
    return { result: 'begun', state }
  }

  return {
    left,
    async begin(beginning) {
      // While it is asked, and waits, its place is its own.
      left.delete(beginning.turn)
      try {
        return await beginTurn(beginning)
      } catch (error) {
        left.add(beginning.turn)
        throw error
      }
    },
    async leaveLine(turn) {
      left.add(turn)
      await call('leave_line', { turn, runner: self.runner })
      left.delete(turn)
    },
  }
}
