import { asLine, cutText } from '../protocol/cut-text.ts'
import type { ErrorDetail, TurnStatus } from '../protocol/events.ts'
import type { FinishReason, Usage } from '../protocol/message.ts'
import type {
  FoundConversation,
  StoredConversation,
  StoredMessage,
  StoredOutcome,
  StoredTurn,
  WatchedConversation,
} from '../turn/ports/conversation-directory.ts'
import type { TurnRequest } from '../turn/ports/turn-state.ts'
import { type CallRow, type MessageRow, messagesOf, storedCallOf, type ToolRow, toolsOf } from './rows.ts'

/** What `conversation_row` returns; times in ISO 8601, to the microsecond. */
export interface ConversationRow {
  id: string
  name: string
  title: string | null
  system: string | null
  model: string | null
  tools: ToolRow[]
  messages: number
  branch: number
  siblings: number[] | null
  activeTurn: string | null
  createdAt: string
  updatedAt: string
}

/** One of what `search_conversations` returns: `text` is what stands around the match, cut where it says. */
export interface FoundRow {
  conversation: ConversationRow
  match: { seq: number | null; branch: number | null; text: string; cutBefore: boolean; cutAfter: boolean }
}

/** What `read_messages` returns; times in ISO 8601. */
export interface MessagePageRow {
  messages: { message: MessageRow; createdAt: string; branch: number; siblings: number[] | null }[]
  calls: CallRow[]
}

/** One of what `watch_conversations` returns, where there is such a conversation. */
export interface WatchedRow {
  conversation: ConversationRow
  turns: WatchedConversation['turns']
}

/** What `find_turn` returns; `messages` is null unless `replies` was true. */
export interface FoundTurnRow {
  turn: string
  tenant: string
  conversation: string
  request: TurnRequest
  status: TurnStatus
  step: number
  error: ErrorDetail | null
  createdAt: string
  endedAt: string | null
  usages: Usage[]
  /** Of its newest reply. */
  finishReason: FinishReason | null
  calls: CallRow[]
  messages: MessageRow[] | null
}

export function storedConversationOf(row: ConversationRow): StoredConversation {
  const { name, title, system, model, messages, branch, siblings, activeTurn } = row
  return {
    ...{ name, title, system, model, tools: toolsOf(row.tools), messages, branch, activeTurn },
    ...(siblings && { siblings }),
    createdAt: new Date(row.createdAt),
    updatedAt: new Date(row.updatedAt),
  }
}

export function foundConversationOf({ conversation, match }: FoundRow): FoundConversation {
  const { seq, branch, text, cutBefore, cutAfter } = match
  // The first word, and the last, may be parts of words.
  const from = cutBefore ? text.replace(/^\S{0,30}\s+/, '') : text
  const whole = asLine(cutAfter ? from.replace(/\s+\S{0,30}$/, '') : from)
  const line = `${cutBefore ? '… ' : ''}${whole}${cutAfter ? ' …' : ''}`
  return {
    ...storedConversationOf(conversation),
    match: { ...(seq !== null && { seq }), ...(branch !== null && { branch }), text: cutText(line, snippet) },
  }
}

const snippet = { characters: 160, units: 1_000 }

export function storedMessagesOf({ messages, calls }: MessagePageRow): StoredMessage[] {
  const log = messagesOf(
    messages.map(({ message }) => message),
    calls,
  )
  const times = new Map(calls.map(({ seq, index, ms }) => [`${seq} ${index}`, ms ?? undefined]))
  return messages.flatMap(({ createdAt, branch, siblings }, index) => {
    const message = log[index]
    if (!message) return []
    const timed = message.calls.map((call) => ({ ...call, ms: times.get(`${message.seq} ${call.index}`) }))
    return [
      { ...message, calls: timed, createdAt: new Date(createdAt), branch, ...(siblings && { siblings }) },
    ]
  })
}

export function watchedConversationOf({ conversation, turns }: WatchedRow): WatchedConversation {
  return { id: conversation.id, conversation: storedConversationOf(conversation), turns }
}

export function storedTurnOf(row: FoundTurnRow): StoredTurn {
  const { turn, tenant, conversation, request, status, step, error } = row
  return {
    ...{ id: turn, conversation: { tenant, name: conversation }, model: request.model, status, steps: step },
    calls: row.calls.map((call) => ({ ...storedCallOf(call), ms: call.ms ?? undefined })),
    usage: { ...row.usages.reduce(add, {}), ...gaugeOf(row.usages.at(-1)) },
    ...(error && { error }),
    ...finishOf(status, row.finishReason),
    createdAt: new Date(row.createdAt),
    ...(row.endedAt !== null && { endedAt: new Date(row.endedAt) }),
  }
}

export function storedOutcomeOf(row: FoundTurnRow): StoredOutcome {
  return { ...storedTurnOf(row), replies: messagesOf(row.messages ?? [], row.calls) }
}

/** Why the turn ended; absent while it is active. */
function finishOf(status: TurnStatus, reply: FinishReason | null): Pick<StoredTurn, 'finishReason'> {
  if (status === 'running' || status === 'waiting') return {}
  if (status === 'completed') return { finishReason: reply ?? 'stop' }
  return { finishReason: status === 'cancelled' ? 'cancelled' : 'error' }
}

/** How full the context was in the last step. */
function gaugeOf({ window, leftOut }: Usage = {}): Usage {
  return { ...(window !== undefined && { window }), ...(leftOut !== undefined && { leftOut }) }
}

/** The sum of both, without the gauge of the context. A member that neither has stays absent. */
function add(one: Usage, other: Usage): Usage {
  const sum = { ...one }
  for (const key of ['promptTokens', 'outputTokens', 'promptMs', 'outputMs', 'loadMs', 'totalMs'] as const) {
    const more = other[key]
    if (more !== undefined) sum[key] = (sum[key] ?? 0) + more
  }
  return sum
}
