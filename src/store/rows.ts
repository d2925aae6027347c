import type { Call, CallSide, CallStatus } from '../protocol/call.ts'
import type { TurnStatus } from '../protocol/events.ts'
import { parseExact } from '../protocol/exact-json.ts'
import type { FinishReason, LogMessage, NewMessage, Usage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { EmptiedConversation, NewestTurn, StoredCall } from '../turn/ports/conversation-store.ts'
import type { EndedCall } from '../turn/ports/ended-call.ts'
import type { Truncation, TurnRequest, TurnState } from '../turn/ports/turn-state.ts'

// What the SQL functions return, and its conversion into the types of the ports.

/** What `call_row` returns. */
export interface CallRow {
  /** The number of its message. */
  seq: number
  index: number
  /** `CallRequest` as a JSON text, whose numbers keep their digits. */
  request: string
  side: CallSide
  status: CallStatus
  result: string | null
  images: string[] | null
  restartable: boolean
  /** How long it took, in milliseconds; null while it has not ended. */
  ms: number | null
}

type CallRequest = Pick<Call, 'id' | 'name' | 'arguments' | 'written' | 'repairs' | 'approval'>

/** What `ended_call_row` returns. */
export interface EndedCallRow {
  conversation: string
  turn: string
  approved: boolean
  call: CallRow
}

/** What `reset_conversation` and `remove_conversation` return. */
export interface EmptiedRow {
  turns: string[]
  calls: EndedCallRow[]
}

/** What `message_row` returns. */
export interface MessageRow {
  seq: number
  turn: string | null
  role: LogMessage['role']
  body: Pick<NewMessage, 'content' | 'thinking' | 'images'>
  complete: boolean
  usage: Usage | null
  finishReason: FinishReason | null
  refused: boolean
}

/** Tools as `[name, schema]`, both as JSON texts. */
export type ToolRow = [name: string, schema: string]

/** What `turn_state` returns. */
export interface StateRow {
  /** The conversation's id. */
  id: string
  /** Number of the branch that the turn is in. */
  branch: number
  /** Messages up to this number are not in `messages`. */
  after: number
  tenant: string
  conversation: string
  /** Null where the caller has them. */
  tools: ToolRow[] | null
  toolsVersion: number
  /** Names of tools, as JSON texts. */
  approvedTools: string[]
  system: string | null
  pinned: number
  promptFrom: number
  truncation: Truncation | null
  turn: string
  run: number
  /** Number of the first message that it began with. */
  firstSeq: number
  /** `TurnRequest` as a JSON text, whose numbers keep their digits. */
  request: string
  status: TurnStatus
  step: number
  lastEvent: number
  messages: MessageRow[]
  calls: CallRow[]
}

/** What `newest_turn` returns. */
export interface NewestTurnRow {
  turn: string
  status: TurnStatus
  input: MessageRow[]
  calls: CallRow[]
}

export function callOf({ index, request, side, status, result, images, restartable }: CallRow): Call {
  return {
    ...(parseExact(request) as unknown as CallRequest),
    ...{ index, side, status },
    ...(result !== null && { output: result }),
    ...(images && { images }),
    ...(restartable && { restartable }),
  }
}

export function storedCallOf(row: CallRow): StoredCall {
  return { ...callOf(row), seq: row.seq }
}

export function endedCallOf({ conversation, turn, approved, call }: EndedCallRow): EndedCall {
  return { conversation, turn, call: callOf(call), isApproved: approved, ms: Math.max(0, call.ms ?? 0) }
}

export function emptiedOf({ turns, calls }: EmptiedRow): EmptiedConversation {
  return { turns, calls: calls.map(endedCallOf) }
}

/** The messages of `rows`, with their calls. */
export function messagesOf(rows: readonly MessageRow[], callRows: readonly CallRow[]): LogMessage[] {
  const calls = Map.groupBy(callRows, ({ seq }) => seq)
  return rows.map(({ seq, turn, role, body, complete, usage, finishReason, refused }) => ({
    ...{ seq, turn, role, ...body, complete },
    calls: calls.get(seq)?.map(callOf) ?? [],
    ...(usage && { usage }),
    ...(finishReason && { finishReason }),
    ...(refused && { refused }),
  }))
}

export function toolsOf(rows: readonly ToolRow[]): ToolSchema[] {
  return rows.map(([, schema]) => parseExact(schema) as unknown as ToolSchema)
}

export function namesOf(rows: readonly string[]): string[] {
  return rows.map((name) => JSON.parse(name))
}

/** What `turn_state` has left out: the caller has it. */
export interface LeftOut {
  /** Messages up to the number that the row names. */
  log?: readonly LogMessage[] | undefined
  /** The messages that the turn has just begun with. */
  added?: readonly NewMessage[]
  tools?: readonly ToolSchema[] | undefined
}

/** The state that a turn runs with. */
export function stateOf(
  row: StateRow,
  { log: cached = [], added = [], tools: knownTools = [] }: LeftOut = {},
): TurnState {
  const {
    turn,
    tenant,
    conversation,
    tools,
    system,
    messages,
    calls,
    after,
    pinned,
    promptFrom,
    truncation,
  } = row
  const { run, request, status, step, lastEvent } = row
  return {
    ...{ id: turn, run, conversation: { tenant, name: conversation }, status, step },
    request: parseExact(request) as unknown as TurnRequest,
    ...{ pinned, promptFrom, lastEvent },
    ...(truncation && { truncation }),
    deviceTools: tools ? toolsOf(tools) : knownTools,
    approvedTools: namesOf(row.approvedTools),
    ...(system !== null && { system }),
    log: [
      ...cached.filter(({ seq }) => seq <= after && (seq <= pinned || seq >= promptFrom)),
      ...messagesOf(messages, calls),
      ...added.map((message, index) => ({
        ...message,
        ...{ calls: message.calls ?? [], seq: row.firstSeq + index, turn, complete: true },
      })),
    ],
    results: [],
  }
}

/** The newest turn, as results are matched against it. */
export function newestTurnOf({ turn, status, input, calls }: NewestTurnRow): NewestTurn {
  return {
    turn,
    status,
    input: input.map(({ role, body }) => ({ role, ...body })),
    calls: calls.map(storedCallOf),
  }
}
