import type { Call } from '../src/protocol/call.ts'
import { ChatterdError } from '../src/protocol/errors.ts'
import type { ErrorDetail, TurnStatus } from '../src/protocol/events.ts'
import type { LogMessage, NewMessage } from '../src/protocol/message.ts'
import type { ToolSchema } from '../src/protocol/tool-schema.ts'
import type { BoardMessage, ConversationKey, ConversationStore } from '../src/turn/conversation-store.ts'
import type { CallKey, TurnRequest, TurnState } from '../src/turn/turn-state.ts'
import type { CallOutcome } from '../src/turn/turn-store.ts'

/** A turn as the store holds it. */
export interface StoredTurn {
  id: string
  request: TurnRequest
  status: TurnStatus
  error?: ErrorDetail | undefined
  step: number
  firstSeq: number
  answerSeq: number
  superseded?: string
  toolsBefore: readonly ToolSchema[]
}

/** A conversation as the store holds it. */
export interface StoredConversation {
  name: string
  messages: LogMessage[]
  turns: StoredTurn[]
  tools: readonly ToolSchema[]
  nextSeq: number
  pinned: number
  cut: number
}

type Operation = keyof ConversationStore

export interface MemoryStore extends ConversationStore {
  /** Called before each operation; may wait, and may throw: then nothing is written. */
  before: (operation: Operation) => Promise<void> | void
  /** The operations that were done, in order. */
  readonly done: Operation[]
  conversation(name: string): StoredConversation | undefined
  turn(id: string): StoredTurn | undefined
}

/** Keeps what the ports of the store promise, in memory; for one process, which never loses a turn to another. */
export function createMemoryStore(): MemoryStore {
  const conversations = new Map<string, StoredConversation>()
  const board: BoardMessage[] = []
  const done: Operation[] = []

  /** One transaction: what is read and written between two waits of the event loop. */
  async function transaction<T>(operation: Operation, run: () => T): Promise<T> {
    await store.before(operation)
    const result = structuredClone(run())
    done.push(operation)
    return result
  }

  function keyOf({ tenant, name }: ConversationKey): string {
    return JSON.stringify([tenant, name])
  }

  function open(key: ConversationKey): StoredConversation {
    const found = conversations.get(keyOf(key))
    if (found) return found
    const { name } = key
    const fresh = { name, messages: [], turns: [], tools: [], nextSeq: 1, pinned: 0, cut: 1 }
    conversations.set(keyOf(key), fresh)
    return fresh
  }

  function find(turn: string): { conversation: StoredConversation; turn: StoredTurn } {
    for (const conversation of conversations.values()) {
      const found = conversation.turns.find(({ id }) => id === turn)
      if (found) return { conversation, turn: found }
    }
    throw new ChatterdError('turn-lost', 'The turn is not run by this process any more.')
  }

  function append(
    conversation: StoredConversation,
    turn: string | null,
    message: NewMessage & Partial<LogMessage>,
  ): LogMessage {
    const seq = conversation.nextSeq++
    const stored = { complete: true, calls: [], ...structuredClone(message), seq, turn }
    conversation.messages.push(stored)
    return stored
  }

  function callsOf({ messages }: StoredConversation, turn: StoredTurn): (Call & CallKey)[] {
    const own = messages.filter((message) => message.turn === turn.id && message.seq >= turn.answerSeq)
    return own.flatMap(({ seq, calls }) => calls.map((call) => ({ ...call, seq })))
  }

  function alterCalls({ messages }: StoredConversation, alter: (call: Call, seq: number) => Call): void {
    for (const message of messages) message.calls = message.calls.map((call) => alter(call, message.seq))
  }

  function end(conversation: StoredConversation, outcomes: readonly CallOutcome[], from: string): void {
    alterCalls(conversation, (call, seq) => {
      const outcome = outcomes.find((one) => one.seq === seq && one.index === call.index)
      return outcome && call.status === from
        ? { ...call, status: outcome.status, output: outcome.output }
        : call
    })
  }

  function stateOf(conversation: StoredConversation, turn: StoredTurn): TurnState {
    const { name, messages, pinned, cut, tools } = conversation
    const { id, request, status, step } = turn
    const log = messages.filter(({ seq }) => seq <= Math.min(pinned, cut - 1) || seq >= cut)
    return {
      id,
      conversation: name,
      request,
      status,
      step,
      log,
      pinned,
      cut,
      deviceTools: tools,
      answered: [],
    }
  }

  /** The system messages that a conversation begins with are told to the model for ever. */
  function pin(conversation: StoredConversation, first: readonly NewMessage[]): void {
    const other = first.findIndex(({ role }) => role !== 'system')
    conversation.pinned = other < 0 ? first.length : other
    conversation.cut = conversation.pinned + 1
  }

  const isOffered = (call: Call) => call.status === 'offered'

  const store: MemoryStore = {
    before: () => undefined,
    done,
    conversation: (name) => conversations.get(keyOf({ tenant: '', name })),
    turn: (id) => [...conversations.values()].flatMap(({ turns }) => turns).find((turn) => turn.id === id),

    begin: ({ turn: id, conversation: key, request, messages, tools }) =>
      transaction('begin', () => {
        const conversation = open(key)
        const active = conversation.turns.find(({ status }) => status === 'running' || status === 'waiting')
        if (active?.status === 'running') return undefined
        const toolsBefore = conversation.tools
        if (active) {
          supersede(conversation, active)
          active.status = 'cancelled'
        }
        conversation.tools = mergeTools(toolsBefore, tools)
        const firstSeq = conversation.nextSeq
        if (firstSeq === 1) pin(conversation, messages)
        for (const message of messages) append(conversation, id, message)
        const turn: StoredTurn = {
          ...{
            id,
            request,
            status: 'running',
            step: 0,
            firstSeq,
            answerSeq: conversation.nextSeq,
            toolsBefore,
          },
          ...(active && { superseded: active.id }),
        }
        conversation.turns.push(turn)
        return stateOf(conversation, turn)
      }),

    newestTurn: (key) =>
      transaction('newestTurn', () => {
        const conversation = conversations.get(keyOf(key))
        const turn = conversation?.turns.at(-1)
        if (!conversation || !turn) return undefined
        const { id, status, firstSeq, answerSeq } = turn
        const input = conversation.messages.filter(({ seq }) => seq >= firstSeq && seq < answerSeq)
        return { turn: id, status, input, calls: callsOf(conversation, turn) }
      }),

    answer: ({ turn: id, answers, tools }) =>
      transaction('answer', () => {
        const { conversation, turn } = find(id)
        const offered = callsOf(conversation, turn).filter(isOffered)
        const fits = ({ seq, index }: CallKey) =>
          offered.some((call) => call.seq === seq && call.index === index)
        const active = turn.status === 'running' || turn.status === 'waiting'
        if (!active || !answers.every(fits)) return { result: 'conflict' as const }
        end(conversation, answers, 'offered')
        conversation.tools = mergeTools(conversation.tools, tools)
        if (turn.status === 'running' || answers.length < offered.length)
          return { result: 'recorded' as const }
        turn.status = 'running'
        return { result: 'go-on' as const, state: { ...stateOf(conversation, turn), answered: [...answers] } }
      }),

    endStep: ({ turn: id, step, message, status, error, cut }) =>
      transaction('endStep', () => {
        const { conversation, turn } = find(id)
        const newest = conversation.messages.at(-1)
        if (turn.step === step && newest?.turn === id) return newest
        if (turn.status !== 'running' || turn.step !== step - 1) throw endedElsewhere()
        conversation.cut = Math.max(conversation.cut, cut)
        Object.assign(turn, { step, status, error })
        return append(conversation, id, message)
      }),

    endCalls: (id, results) =>
      transaction('endCalls', () => {
        const { conversation, turn } = find(id)
        if (turn.status !== 'running' && turn.status !== 'waiting') throw endedElsewhere()
        end(conversation, results, 'running')
        if (callsOf(conversation, turn).some(isOffered)) turn.status = 'waiting'
        return conversation.messages.find(({ seq }) => seq === results[0]?.seq)?.calls ?? []
      }),

    endTurn: ({ turn: id, status, error, partial }) =>
      transaction('endTurn', () => {
        const { conversation, turn } = find(id)
        if (turn.status === status) return
        if (turn.status !== 'running' && turn.status !== 'waiting') throw endedElsewhere()
        if (partial) append(conversation, id, { ...partial, complete: false })
        Object.assign(turn, { status, error })
        const closed = { running: 'interrupted', offered: 'cancelled' } as Record<string, Call['status']>
        const own = new Set(callsOf(conversation, turn).map(({ seq }) => seq))
        alterCalls(conversation, (call, seq) =>
          own.has(seq) ? { ...call, status: closed[call.status] ?? call.status } : call,
        )
      }),

    withdraw: (id, answered) =>
      transaction('withdraw', () => {
        const { conversation, turn } = find(id)
        if (turn.status !== 'running') return
        if (answered.length > 0) {
          reopen(conversation, answered)
          turn.status = 'waiting'
          return
        }
        conversation.messages = conversation.messages.filter(({ seq }) => seq < turn.firstSeq)
        conversation.turns = conversation.turns.filter((other) => other !== turn)
        Object.assign(conversation, { nextSeq: turn.firstSeq, tools: turn.toolsBefore })
        const before = conversation.turns.find((other) => other.id === turn.superseded)
        if (!before) return
        before.status = 'waiting'
        reopen(
          conversation,
          callsOf(conversation, before).filter(({ status }) => status === 'superseded'),
        )
      }),

    reset: (key, messages) =>
      transaction('reset', () => {
        conversations.delete(keyOf(key))
        const conversation = open(key)
        for (const message of messages) append(conversation, null, message)
        pin(conversation, messages)
      }),

    heartbeat: () => transaction('heartbeat', () => []),
    leave: () => transaction('leave', () => undefined),
    post: (message) => transaction('post', () => void board.push({ ...message, createdAt: new Date(0) })),
    board: (limit) => transaction('board', () => board.slice(-limit)),
  }

  function supersede(conversation: StoredConversation, turn: StoredTurn): void {
    const offered = callsOf(conversation, turn).filter(isOffered)
    end(
      conversation,
      offered.map((call) => ({ ...call, status: 'superseded', output: '' })),
      'offered',
    )
  }

  function reopen(conversation: StoredConversation, keys: readonly CallKey[]): void {
    alterCalls(conversation, (call, seq) => {
      if (!keys.some((key) => key.seq === seq && key.index === call.index)) return call
      const { output: _, ...rest } = call
      return { ...rest, status: 'offered' }
    })
  }

  return store
}

/** One schema a name, the latest, at the place of the first; none clears them. */
function mergeTools(before: readonly ToolSchema[], added: readonly ToolSchema[] | undefined): ToolSchema[] {
  if (added === undefined) return [...before]
  const merged = new Map(added.length === 0 ? [] : before.map((tool) => [tool.function.name, tool]))
  for (const tool of added) merged.set(tool.function.name, tool)
  return [...merged.values()]
}

function endedElsewhere(): ChatterdError {
  return new ChatterdError('turn-lost', 'The turn was ended by another process.')
}
