import type { Call } from '../protocol/call.ts'
import type { ConversationKey } from '../protocol/conversation-key.ts'
import type { TurnStatus } from '../protocol/events.ts'
import type { NewMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { CallKey, TurnRequest, TurnState } from './turn-state.ts'
import type { CallOutcome } from './turn-store.ts'
import type { TurnWrites } from './turn-writes.ts'

/** A client's own name for a request that it may send again. */
export interface RequestKey {
  key: string
  /** Of the request's body: the same key with another one is refused. */
  digest: string
}

/** What a prompt does while another turn of its conversation runs. */
export type WhenBusy = 'queue' | 'refuse' | 'replace'

/** The turn that a request of a key has begun, or whose calls it has answered after event number `after`. */
export interface Replay {
  turn: string
  after: number
}

/** What begins a turn. */
export interface TurnBeginning {
  /** A new UUID. Told again with the same one, it is the same beginning. */
  turn: string
  conversation: ConversationKey
  request: TurnRequest
  messages: readonly NewMessage[]
  /** Device tools to add; none clears them; absent: no change. */
  tools?: readonly ToolSchema[]
  /** True where `tools` take the place of all that the conversation had. */
  replaceTools?: boolean
  /** The conversation's system prompt from now on; absent: no change. */
  system?: string
  whenBusy: WhenBusy
  key?: RequestKey
}

/**
 * What came of a beginning. `replay`: a request of the same key came before. `busy`: `active` runs, or others wait before this one; with `queue` it has its place in the line from now on, until it
 * begins or leaves. `joined`: a request of the same key has a place in the line already; ask again when it may have begun.
 */
export type BeginOutcome =
  | { result: 'begun'; state: TurnState }
  | ({ result: 'replay' } & Replay)
  | { result: 'busy'; active: string | undefined }
  | { result: 'joined' }

/** A device call of the conversation's newest turn, with its place. */
export type StoredCall = Call & CallKey

/** The newest turn of a conversation, as results are matched against it. */
export interface NewestTurn {
  turn: string
  status: TurnStatus
  /** The messages that it began with. */
  input: NewMessage[]
  /** Its calls of both sides, in the order in which they were asked for. */
  calls: StoredCall[]
}

/** Results of device calls of one turn. */
export interface TurnResults {
  turn: string
  /** A new UUID. Told again with the same one, it is the same answer. */
  id: string
  results: readonly CallOutcome[]
  tools?: readonly ToolSchema[]
  key?: RequestKey
}

/**
 * What came of results: `go-on`, the turn runs again, here; `recorded`, it has other open calls; `conflict`, nothing is stored;
 * `replay`, as `BeginOutcome` has it.
 */
export type ResultsOutcome =
  | { result: 'go-on'; state: TurnState }
  | { result: 'recorded' }
  | { result: 'conflict' }
  | ({ result: 'replay' } & Replay)

/** What a sign of life brought to light. */
export interface HeartbeatResult {
  /** Turns that were ended because no process runs them. */
  ended: string[]
  /** Turns that this process has to go on with: those of processes that are gone, which may be, and those whose calls have expired. */
  adopted: TurnState[]
  /** Turns of this process that somebody has asked to cancel. */
  cancelled: string[]
}

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
export interface ConversationStore extends TurnWrites {
  /**
   * Begins a turn where none of the conversation runs; one that waits for its device is superseded. Throws
   * `conversation-busy` where too many wait already, `key-reused` where the key came with another body.
   */
  begin(beginning: TurnBeginning): Promise<BeginOutcome>
  /** Gives up the place in the line of a turn that has not begun. */
  leaveQueue(turn: string): Promise<void>
  /** What a request of this key has come to. Throws `key-reused` where the key came with another body. */
  findReplay(conversation: ConversationKey, key: RequestKey): Promise<Replay | undefined>
  newestTurn(conversation: ConversationKey): Promise<NewestTurn | undefined>
  storeResults(answers: TurnResults): Promise<ResultsOutcome>
  /**
   * Ends a turn as cancelled where no living process runs it. `ended`: it has ended, now or before; `asked`: the process that
   * runs it is told; `unknown`: there is none.
   */
  cancel(turn: string): Promise<'ended' | 'asked' | 'unknown'>
  /** Empties the conversation, and starts it anew with these messages. */
  reset(conversation: ConversationKey, messages: readonly NewMessage[]): Promise<void>
  /** Tells the database that this process lives and runs these turns; ends turns that no process runs. */
  heartbeat(live: readonly string[]): Promise<HeartbeatResult>
  /** Says that this process runs nothing any more. */
  endLease(): Promise<void>
  post(message: Omit<BoardMessage, 'createdAt'>): Promise<void>
  /** The newest messages of the board, oldest first; fewer than `limit` where they are longer than 16 MiB together. */
  board(limit: number): Promise<BoardMessage[]>
}
