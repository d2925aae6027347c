import { type Call, type CallStatus, isOpen } from '../../../src/protocol/call.ts'
import { type ConversationKey, keyOf } from '../../../src/protocol/conversation-key.ts'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import type { EventChunk } from '../../../src/protocol/event-chunk.ts'
import type { ErrorDetail, TurnEvent, TurnStatus } from '../../../src/protocol/events.ts'
import type { LogMessage, NewMessage } from '../../../src/protocol/message.ts'
import type { ToolSchema } from '../../../src/protocol/tool-schema.ts'
import type { StoredCall } from '../../../src/turn/ports/conversation-store.ts'
import type { CallKey, Truncation, TurnRequest, TurnState } from '../../../src/turn/ports/turn-state.ts'
import { callEnd } from '../../../src/turn/turn-events.ts'

/** A turn as the store holds it. */
export interface StoredTurn {
  id: string
  run: number
  request: TurnRequest
  status: TurnStatus
  error?: ErrorDetail | undefined
  step: number
  firstSeq: number
  replySeq: number
  superseded?: string | undefined
  /** What its beginning has changed, as it was. */
  before: Pick<StoredConversation, 'tools' | 'system'>
  /** Its journal, and the number of the last event in it. */
  chunks: EventChunk[]
  lastEvent: number
  /** The number of the last event before those of a request that can be withdrawn. */
  eventBefore: number
  resultsId?: string | undefined
  followed: boolean
  cancelRequested: boolean
  /** Calls with results, or approvals, from while it ran, and the events that `endCalls` appended for them the last time. */
  unpublished: StoredCall[]
  endCallsChunk?: EventChunk | undefined
}

/** A conversation as the store holds it. */
export interface StoredConversation {
  key: ConversationKey
  name: string
  messages: LogMessage[]
  turns: StoredTurn[]
  tools: readonly ToolSchema[]
  approvedTools: string[]
  system?: string | undefined
  nextSeq: number
  pinned: number
  promptFrom: number
  truncation?: Truncation | undefined
}

/** The conversations, and what every operation needs of them. */
export class MemoryLog {
  readonly conversations = new Map<string, StoredConversation>()

  open(key: ConversationKey): StoredConversation {
    const found = this.conversations.get(keyOf(key))
    if (found) return found
    const rest = {
      messages: [],
      turns: [],
      tools: [],
      approvedTools: [],
      nextSeq: 1,
      pinned: 0,
      promptFrom: 1,
    }
    const fresh: StoredConversation = { key, name: key.name, ...rest }
    this.conversations.set(keyOf(key), fresh)
    return fresh
  }

  /** Removes a conversation, and returns the ids of its active turns; undefined where there was none. */
  remove(key: ConversationKey): string[] | undefined {
    const found = this.conversations.get(keyOf(key))
    this.conversations.delete(keyOf(key))
    return found?.turns.filter(isActive).map(({ id }) => id)
  }

  turn(id: string): StoredTurn | undefined {
    return this.locate(id)?.turn
  }

  locate(id: string): { conversation: StoredConversation; turn: StoredTurn } | undefined {
    for (const conversation of this.conversations.values()) {
      const turn = conversation.turns.find((one) => one.id === id)
      if (turn) return { conversation, turn }
    }
    return undefined
  }

  /** Throws `turn-lost` where there is none. */
  find(id: string): { conversation: StoredConversation; turn: StoredTurn } {
    const found = this.locate(id)
    if (!found) throw new ChatterdError('turn-lost', 'The conversation was emptied.')
    return found
  }
}

export function isActive({ status }: Pick<StoredTurn, 'status'>): boolean {
  return status === 'running' || status === 'waiting'
}

/** True where calls are open and none of them runs. */
export function hasToWait(calls: readonly Call[]): boolean {
  const open = calls.filter(isOpen)
  return open.length > 0 && open.every(({ status }) => status !== 'running')
}

/** What a result, or an approval, is for. */
export function statusBefore(status: CallStatus): CallStatus {
  return ['running', 'offered', 'denied'].includes(status) ? 'asked' : 'offered'
}

/** The events of calls that have changed without one. */
export function callEvents(calls: readonly StoredCall[]): TurnEvent[] {
  return calls.map((call) => (isOpen(call) ? { type: 'call-approved', callId: call.id } : callEnd(call, 0)))
}

export function append(
  conversation: StoredConversation,
  turn: string | null,
  message: NewMessage & Partial<LogMessage>,
): LogMessage {
  const seq = conversation.nextSeq++
  const stored = { complete: true, calls: [], ...structuredClone(message), seq, turn }
  conversation.messages.push(stored)
  return stored
}

/** The system messages that a conversation begins with are in every prompt. */
export function pin(conversation: StoredConversation, first: readonly NewMessage[]): void {
  const other = first.findIndex(({ role }) => role !== 'system')
  conversation.pinned = other < 0 ? first.length : other
  conversation.promptFrom = conversation.pinned + 1
}

/** The calls of a turn's own replies. */
export function callsOf({ messages }: StoredConversation, turn: StoredTurn): StoredCall[] {
  const own = messages.filter((message) => message.turn === turn.id && message.seq >= turn.replySeq)
  return own.flatMap(({ seq, calls }) => calls.map((call) => ({ ...call, seq })))
}

function alterCalls({ messages }: StoredConversation, alter: (call: Call, seq: number) => Call): void {
  for (const message of messages) message.calls = message.calls.map((call) => alter(call, message.seq))
}

/** Ends, or approves, those of the calls that are `from`; returns them as they are then. */
export function endCalls(
  conversation: StoredConversation,
  outcomes: readonly (CallKey & { status: CallStatus; output?: string; images?: string[] })[],
  from: CallStatus,
): StoredCall[] {
  const ended: StoredCall[] = []
  alterCalls(conversation, (call, seq) => {
    const outcome = outcomes.find((one) => one.seq === seq && one.index === call.index)
    if (!outcome || call.status !== from) return call
    const { status, output, images } = outcome
    const altered = { ...call, status, ...(output !== undefined && { output }), ...(images && { images }) }
    ended.push({ ...altered, seq })
    return altered
  })
  return ended
}

export function reopen(conversation: StoredConversation, keys: readonly CallKey[]): void {
  alterCalls(conversation, (call, seq) => {
    if (!keys.some((key) => key.seq === seq && key.index === call.index)) return call
    const { output: _, ...rest } = call
    return { ...rest, status: rest.approval ? 'asked' : 'offered' }
  })
}

export function stateOf(
  { key, messages, pinned, promptFrom, truncation, tools, approvedTools, system }: StoredConversation,
  { id, run, request, status, step, lastEvent }: StoredTurn,
  results: readonly CallKey[] = [],
): TurnState {
  const log = messages.filter(
    ({ seq, refused }) => !refused && (seq <= Math.min(pinned, promptFrom - 1) || seq >= promptFrom),
  )
  return {
    ...{
      id,
      run,
      conversation: key,
      request,
      status,
      step,
      log,
      pinned,
      promptFrom,
      deviceTools: tools,
      approvedTools,
      lastEvent,
      results,
    },
    ...(truncation && { truncation }),
    ...(system !== undefined && { system }),
  }
}
