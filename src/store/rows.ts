import type { Call, CallSide, CallStatus } from '../protocol/call.ts'
import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnStatus } from '../protocol/events.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { LogMessage, NewMessage, Usage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { NewestTurn, PlacedCall } from '../turn/conversation-store.ts'
import type { TurnRequest, TurnState } from '../turn/turn-state.ts'

/** `[seq, index, request, side, status, result, restartable]`, as the functions of the schema give calls. */
export type CallRow = [
  seq: number,
  index: number,
  request: { id: string; name: string; arguments: JsonObject },
  side: CallSide,
  status: CallStatus,
  result: string | null,
  restartable?: boolean,
]

/** `[seq, turn, role, body, complete, usage]`, as they give messages. */
export type MessageRow = [
  seq: number,
  turn: string | null,
  role: LogMessage['role'],
  body: MessageBody,
  complete: boolean,
  usage: Usage | null,
]

type MessageBody = Pick<NewMessage, 'content' | 'thinking' | 'images'>

/** Tools as `[name, schema]`, both as JSON texts. */
export type ToolRow = [name: string, schema: string]

/** Events as `[first, count, body]`. */
export type ChunkRow = [first: number, count: number, body: string]

/** What `turn_state` gives. */
export interface StateRow {
  /** The conversation's. */
  id: string
  /** Messages up to this number are left out. */
  after: number
  tenant: string
  conversation: string
  tools: ToolRow[]
  system: string | null
  pinned: number
  cut: number
  turn: string
  request: TurnRequest
  status: TurnStatus
  step: number
  events: number
  messages: MessageRow[]
  calls: CallRow[]
}

/** A call of the store's as the rest of the program knows it. */
export function callOf([, index, request, side, status, result, restartable]: CallRow): Call {
  return {
    ...request,
    ...{ index, side, status },
    ...(result !== null && { output: result }),
    ...(restartable && { restartable }),
  }
}

/** The same, with its place. */
export function placedCallOf(row: CallRow): PlacedCall {
  return { ...callOf(row), seq: row[0] }
}

/** Messages with their calls. */
export function messagesOf(rows: readonly MessageRow[], callRows: readonly CallRow[]): LogMessage[] {
  const calls = new Map<number, Call[]>()
  for (const call of callRows) {
    const list = calls.get(call[0])
    if (list) list.push(callOf(call))
    else calls.set(call[0], [callOf(call)])
  }
  return rows.map(([seq, turn, role, body, complete, usage]) => ({
    ...{ seq, turn, role, ...body, complete },
    calls: calls.get(seq) ?? [],
    ...(usage && { usage }),
  }))
}

export function toolsOf(rows: readonly ToolRow[]): ToolSchema[] {
  return rows.map(([, schema]) => JSON.parse(schema) as ToolSchema)
}

export function chunkOf([first, count, body]: ChunkRow): EventChunk {
  return { first, count, body }
}

/** What a turn is run with. `known` are the messages that the row leaves out. */
export function stateOf(row: StateRow, known: readonly LogMessage[] = []): TurnState {
  const { turn, tenant, conversation, tools, system, messages, calls, after, pinned, cut } = row
  const { request, status, step, events } = row
  return {
    ...{ id: turn, conversation: { tenant, name: conversation }, request, status, step, pinned, cut, events },
    deviceTools: toolsOf(tools),
    ...(system !== null && { system }),
    log: [
      ...known.filter(({ seq }) => seq <= after && (seq <= pinned || seq >= cut)),
      ...messagesOf(messages, calls),
    ],
    answered: [],
  }
}

/** What `newest_turn` gives. */
export interface NewestTurnRow {
  turn: string
  status: TurnStatus
  input: [role: NewMessage['role'], body: MessageBody][]
  calls: CallRow[]
}

/** The newest turn, as results are matched against it. */
export function newestTurnOf({ turn, status, input, calls }: NewestTurnRow): NewestTurn {
  return {
    turn,
    status,
    input: input.map(([role, body]) => ({ role, ...body })),
    calls: calls.map(placedCallOf),
  }
}
