import type { Call, CallSide, CallStatus } from '../protocol/call.ts'
import type { TurnStatus } from '../protocol/events.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { LogMessage, NewMessage, Usage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { NewestTurn } from '../turn/conversation-store.ts'
import type { TurnRequest, TurnState } from '../turn/turn-state.ts'
import type { CallOutcome } from '../turn/turn-store.ts'

/** `[seq, index, request, side, status, result]`, as the functions of the schema give calls. */
export type CallRow = [
  number,
  number,
  { id: string; name: string; arguments: JsonObject },
  CallSide,
  CallStatus,
  string | null,
]

/** What `turn_state` gives. */
export interface StateRow {
  /** The conversation's. */
  id: string
  /** Messages up to this number are left out. */
  after: number
  conversation: string
  tools: [name: string, schema: string][]
  pinned: number
  cut: number
  turn: string
  request: TurnRequest
  status: TurnStatus
  step: number
  messages: [
    seq: number,
    turn: string | null,
    role: LogMessage['role'],
    body: MessageBody,
    complete: boolean,
    usage: Usage | null,
  ][]
  calls: CallRow[]
}

type MessageBody = Pick<NewMessage, 'content' | 'thinking' | 'images'>

/** A call of the store's as the rest of the program knows it. */
export function callOf([, index, request, side, status, result]: CallRow): Call {
  return { ...request, index, side, status, ...(result !== null && { output: result }) }
}

/** What a turn is run with. `known` are the messages that the row leaves out. */
export function stateOf(row: StateRow, known: readonly LogMessage[] = []): Omit<TurnState, 'answered'> {
  const calls = new Map<number, Call[]>()
  for (const call of row.calls) {
    const list = calls.get(call[0])
    if (list) list.push(callOf(call))
    else calls.set(call[0], [callOf(call)])
  }
  return {
    id: row.turn,
    conversation: row.conversation,
    request: row.request,
    status: row.status,
    step: row.step,
    pinned: row.pinned,
    cut: row.cut,
    deviceTools: row.tools.map(([, schema]) => JSON.parse(schema) as ToolSchema),
    log: [
      ...known.filter(({ seq }) => seq <= row.after && (seq <= row.pinned || seq >= row.cut)),
      ...row.messages.map(([seq, turn, role, body, complete, usage]) => ({
        seq,
        turn,
        role,
        ...body,
        complete,
        calls: calls.get(seq) ?? [],
        ...(usage && { usage }),
      })),
    ],
  }
}

/** A message as `append_messages` takes it. Texts of strangers are JSON texts, which hold what `text` cannot. */
export function messageArgument(message: NewMessage & { usage?: Usage; complete?: boolean }): object {
  const { role, content, thinking, images, calls = [], usage, complete } = message
  return {
    role,
    body: JSON.stringify({ content, thinking, images }),
    calls: calls.map(callArgument),
    usage,
    complete,
  }
}

function callArgument({ id, index, name, arguments: args, side, status, output }: Call): object {
  return {
    index,
    request: JSON.stringify({ id, name, arguments: args }),
    side,
    status,
    result: output === undefined ? undefined : JSON.stringify(output),
  }
}

/** Tools as the store keeps them: `[name, schema]`, both as JSON texts. */
export function toolArguments(tools: readonly ToolSchema[]): [string, string][] {
  return tools.map((tool) => [JSON.stringify(tool.function.name), JSON.stringify(tool)])
}

/** How a call ended, as `end_calls` and `answer_calls` take it. */
export function outcomeArgument({ seq, index, status, output }: CallOutcome): object {
  return { seq, index, status, result: JSON.stringify(output) }
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
    calls: calls.map((row) => ({ ...callOf(row), seq: row[0] })),
  }
}
