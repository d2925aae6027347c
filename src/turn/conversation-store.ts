import type { Call } from '../protocol/call.ts'
import type { TurnStatus } from '../protocol/events.ts'
import type { NewMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { CallKey, TurnRequest, TurnState } from './turn-state.ts'
import type { CallOutcome, TurnStore } from './turn-store.ts'

/** Which conversation: its tenant's name, and its own. */
export interface ConversationKey {
  tenant: string
  name: string
}

/** What begins a turn. */
export interface TurnBeginning {
  /** A new UUID. */
  turn: string
  conversation: ConversationKey
  request: TurnRequest
  messages: readonly NewMessage[]
  /** Device tools to add; none clears them; absent: no change. */
  tools?: readonly ToolSchema[]
}

/** A device call of the conversation's newest turn, with its place. */
export type PlacedCall = Call & CallKey

/** The newest turn of a conversation, as results are matched against it. */
export interface NewestTurn {
  turn: string
  status: TurnStatus
  /** The messages that it began with. */
  input: NewMessage[]
  /** Its calls of both sides, in the order in which they were asked for. */
  calls: PlacedCall[]
}

/** Results of device calls of one turn. */
export interface TurnAnswers {
  turn: string
  answers: readonly CallOutcome[]
  tools?: readonly ToolSchema[]
}

/** What came of results: `go-on`, the turn runs again, here; `recorded`, it has other open calls; `conflict`, nothing is stored. */
export type Answered = { result: 'go-on'; state: TurnState } | { result: 'recorded' } | { result: 'conflict' }

/** A message of the public board. */
export interface BoardMessage {
  id: string
  username: string
  message: string
  createdAt: Date
}

/**
 * The conversations. Every operation is one transaction: all or nothing. All throw `database-unavailable` where the
 * database cannot be reached.
 */
export interface ConversationStore extends TurnStore {
  /** Undefined while another turn of the conversation runs. A turn that waits for its device is superseded. */
  begin(beginning: TurnBeginning): Promise<TurnState | undefined>
  newestTurn(conversation: ConversationKey): Promise<NewestTurn | undefined>
  answer(answers: TurnAnswers): Promise<Answered>
  /** Empties the conversation, and starts it anew with these messages. */
  reset(conversation: ConversationKey, messages: readonly NewMessage[]): Promise<void>
  /** Tells the database that this process lives and runs these turns; ends turns that no process runs, and returns them. */
  heartbeat(live: readonly string[]): Promise<string[]>
  /** Says that this process runs nothing any more. */
  leave(): Promise<void>
  post(message: Omit<BoardMessage, 'createdAt'>): Promise<void>
  /** The newest messages of the board, oldest first; fewer than `limit` where they are longer than 16 MiB together. */
  board(limit: number): Promise<BoardMessage[]>
}
