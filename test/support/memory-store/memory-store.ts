import { keyOf } from '../../../src/protocol/conversation-key.ts'
import type { ToolSchema } from '../../../src/protocol/tool-schema.ts'
import type { ConversationDirectory } from '../../../src/turn/ports/conversation-directory.ts'
import type {
  BeginOutcome,
  ConversationStore,
  ResultsOutcome,
} from '../../../src/turn/ports/conversation-store.ts'
import type { EventJournal } from '../../../src/turn/ports/event-journal.ts'
import { appendEvents, cancelWaiting, memoryJournal } from './memory-journal.ts'
import {
  append,
  callEvents,
  callsOf,
  endCalls,
  hasToWait,
  isActive,
  MemoryLog,
  pin,
  type StoredConversation,
  type StoredTurn,
  stateOf,
  statusBefore,
} from './memory-log.ts'
import { MemoryQueue } from './memory-queue.ts'
import { memoryTurns } from './memory-turns.ts'

export type { StoredConversation, StoredTurn } from './memory-log.ts'

type Operation = keyof ConversationStore | keyof EventJournal

export interface MemoryStore extends ConversationStore {
  /** Called before each operation; may wait, and may throw: then nothing is written. */
  before: (operation: Operation) => Promise<void> | void
  /** The operations that were done, in order; those of the journal are not. */
  readonly done: Operation[]
  readonly journal: EventJournal
  readonly directory: Pick<ConversationDirectory, 'messages' | 'remove' | 'improveTitle' | 'watch'>
  conversation(name: string): StoredConversation | undefined
  turn(id: string): StoredTurn | undefined
}

/** A store in memory, for one process, which never loses a turn to another. */
export function createMemoryStore({ busyQueue = 9 } = {}): MemoryStore {
  const log = new MemoryLog()
  const queue = new MemoryQueue()
  const done: Operation[] = []

  /** One transaction: what is read and written between two waits of the event loop. */
  async function transaction<T>(operation: Operation, run: () => T): Promise<T> {
    await store.before(operation)
    const result = structuredClone(run())
    if (operation !== 'read' && operation !== 'write') done.push(operation)
    return result
  }

  const store: MemoryStore = {
    before: () => undefined,
    done,
    journal: memoryJournal(log, transaction),
    ...memoryTurns(log, queue, transaction),
    conversation: (name) => log.conversations.get(keyOf({ tenant: '', name })),
    turn: (id) => log.turn(id),

    begin: (beginning) =>
      transaction('begin', (): BeginOutcome => {
        const { turn: id, conversation: key, request, messages, whenBusy } = beginning
        if (beginning.after !== undefined) throw new Error('this store has no branches')
        const conversation = log.open(key)
        const again = conversation.turns.find((turn) => turn.id === id)
        if (again) return { result: 'begun', state: stateOf(conversation, again) }
        const before = queue.replayOf(beginning)
        if (before) return before
        if (beginning.onlyIfBegun) return { result: 'busy', active: undefined }
        const active = conversation.turns.find(isActive)
        if (active?.status === 'running' || (whenBusy !== 'replace' && queue.isBehind(beginning))) {
          if (whenBusy === 'queue') queue.add(beginning, busyQueue)
          const position = beginning.wantsPosition ? queue.position(id) : undefined
          const runs = active?.status === 'running' ? active.id : undefined
          return { result: 'busy', active: runs, ...(position && { position }) }
        }
        if (active) cancelWaiting(conversation, active, 'superseded')
        const { tools, system } = conversation
        conversation.tools = mergeTools(
          beginning.replaceTools && beginning.tools ? [] : tools,
          beginning.tools,
        )
        conversation.system = beginning.system ?? system
        const firstSeq = conversation.nextSeq
        if (firstSeq === 1) pin(conversation, messages)
        for (const message of messages) append(conversation, id, message)
        const turn: StoredTurn = {
          ...{ id, run: 1, request, status: 'running', step: 0, firstSeq, replySeq: conversation.nextSeq },
          ...{ superseded: active?.id, before: { tools, system }, unpublished: [] },
          ...{ chunks: [], lastEvent: 0, eventBefore: 0, followed: false, cancelRequested: false },
        }
        conversation.turns.push(turn)
        appendEvents(turn, [{ type: 'turn-start', turn: id, conversation: key.name, model: request.model }])
        queue.remove(id)
        queue.remember(key, beginning.key, id, 0)
        return { result: 'begun', state: stateOf(conversation, turn) }
      }),

    leaveQueue: (turn) => transaction('leaveQueue', () => queue.remove(turn)),

    queuePosition: (turn) => transaction('queuePosition', () => queue.position(turn)),

    findReplay: (conversation, key) =>
      transaction('findReplay', () => {
        const known = queue.replay(conversation, key)
        return known && { turn: known.turn, after: known.after }
      }),

    newestTurn: (key) =>
      transaction('newestTurn', () => {
        const conversation = log.conversations.get(keyOf(key))
        const turn = conversation?.turns.at(-1)
        if (!conversation || !turn) return undefined
        const { id, status, firstSeq, replySeq } = turn
        const input = conversation.messages.filter(({ seq }) => seq >= firstSeq && seq < replySeq)
        return { turn: id, status, input, calls: callsOf(conversation, turn) }
      }),

    storeResults: ({ turn: turnId, id, results, approvedTools = [], tools, key }) =>
      transaction('storeResults', (): ResultsOutcome => {
        const found = log.locate(turnId)
        if (!found) return { result: 'conflict' }
        const { conversation, turn } = found
        if (turn.resultsId === id) return { result: 'go-on', state: stateOf(conversation, turn, results) }
        const replay = queue.replay(conversation.key, key)
        if (replay) return replay
        const before = callsOf(conversation, turn)
        const fits = ({ seq, index, status }: (typeof results)[number]) =>
          before.some(
            (call) => call.seq === seq && call.index === index && call.status === statusBefore(status),
          )
        const isConflict = results.length > 0 && (!isActive(turn) || !results.every(fits))
        if (isConflict) return { result: 'conflict' }
        conversation.approvedTools = [...new Set([...conversation.approvedTools, ...approvedTools])]
        if (results.length === 0) return { result: 'recorded' }
        for (const result of results)
          turn.unpublished.push(...endCalls(conversation, [result], statusBefore(result.status)))
        conversation.tools = mergeTools(conversation.tools, tools)
        queue.remember(conversation.key, key, turnId, turn.lastEvent)
        if (turn.status === 'running') return { result: 'recorded' }
        const eventBefore = turn.lastEvent
        appendEvents(turn, callEvents(turn.unpublished.splice(0)))
        if (hasToWait(callsOf(conversation, turn))) return { result: 'recorded' }
        Object.assign(turn, { status: 'running', run: turn.run + 1, resultsId: id, eventBefore })
        return { result: 'go-on', state: stateOf(conversation, turn, results) }
      }),

    cancel: (id) =>
      transaction('cancel', () => {
        const found = log.locate(id)
        if (!found) return 'unknown'
        if (found.turn.status === 'waiting') cancelWaiting(found.conversation, found.turn, 'cancelled')
        if (found.turn.status === 'running') found.turn.cancelRequested = true
        return found.turn.status === 'running' ? 'asked' : 'ended'
      }),

    cancelIdle: async () => {},

    reset: (key, messages) =>
      transaction('reset', () => {
        const active = log.remove(key) ?? []
        const conversation = log.open(key)
        for (const message of messages) append(conversation, null, message)
        pin(conversation, messages)
        return { turns: active, calls: [] }
      }),

    directory: {
      // No title is made here.
      improveTitle: async () => false,
      watch: async (keys) => keys.map(() => undefined),
      async remove(key) {
        const turns = log.remove(key)
        return turns && { turns, calls: [] }
      },
      async messages(key, before = Number.POSITIVE_INFINITY, limit) {
        const messages = log.conversations.get(keyOf(key))?.messages.filter(({ seq }) => seq < before)
        const page = structuredClone(messages?.slice(-limit))
        return page?.map((message) => ({ ...message, createdAt: new Date(0), branch: 1 }))
      },
    },
  }

  return store
}

/** One schema for each name, the latest, in the position of the first; an empty list clears them. */
function mergeTools(before: readonly ToolSchema[], added: readonly ToolSchema[] | undefined): ToolSchema[] {
  if (added === undefined) return [...before]
  const merged = new Map(added.length === 0 ? [] : before.map((tool) => [tool.function.name, tool]))
  for (const tool of added) merged.set(tool.function.name, tool)
  return [...merged.values()]
}
