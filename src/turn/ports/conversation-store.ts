import type { Call } from '../../protocol/call.ts'
import type { ConversationKey } from '../../protocol/conversation-key.ts'
import type { TurnStatus } from '../../protocol/events.ts'
import type { NewMessage } from '../../protocol/message.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { EndedCall } from './ended-call.ts'
import type { CallKey, TurnRequest, TurnState } from './turn-state.ts'
import type { CallOutcome } from './turn-store.ts'
import type { TurnWrites } from './turn-writes.ts'

/** The idempotency key of a request. */
export interface RequestKey {
  key: string
  /** Of the request's body: the same key with another body is refused. */
  digest: string
}

/** What a prompt does while another turn of its conversation runs. */
export type WhenBusy = 'queue' | 'refuse' | 'replace'

/** What an earlier request of the same key has led to: the turn that it began, or made go on after event number `after`. */
export interface Replay {
  turn: string
  after: number
}

/** A request to begin a turn. */
export interface TurnBeginning {
  /** A new UUID. A second call with the same one is the same beginning. */
  turn: string
  conversation: ConversationKey
  request: TurnRequest
  messages: readonly NewMessage[]
  /**
   * The turn comes after this message of the current branch, or first where it is 0: in a new branch, which becomes the current one,
   * where other messages follow it. Without `messages`, the turn answers this message of the user anew. Absent: after the last one.
   */
  after?: number
  /** Device tools to add; an empty list removes all; absent: no change. */
  tools?: readonly ToolSchema[]
  /** True where `tools` replace all that the conversation had. */
  replaceTools?: boolean
  /** The conversation's system prompt from now on; absent: no change. */
  system?: string
  whenBusy: WhenBusy
  /**
   * While this request waits: how long the turn that it waits for may run on without a client that follows it, in milliseconds; then that
   * is cancelled. Absent: it finishes.
   */
  idleMs?: number
  /** The title of a conversation that has none, and had no turn before. */
  title?: string
  /** True where the client is sent its position while it waits. */
  wantsPosition?: boolean
  /** True where the conversation does not remember the request's model as its own. */
  forgetsModel?: boolean
  /** True to learn what an earlier call of this beginning has led to, and to begin nothing: `busy` where that is nothing. */
  onlyIfBegun?: boolean
  key?: RequestKey
}

/**
 * What a request to begin has led to. `busy`: `active` runs, or other requests are before this one in the queue; with `queue` it is in
 * the queue from now on, until it begins or leaves; requests of the same key have one position, from 1. It comes where it is wanted.
 */
export type BeginOutcome =
  | { result: 'begun'; state: TurnState }
  | ({ result: 'replay' } & Replay)
  | { result: 'busy'; active: string | undefined; position?: number }

/** A call and the message that it belongs to. */
export type StoredCall = Call & CallKey

/** The newest turn of a conversation, as results are matched against it. */
export interface NewestTurn {
  turn: string
  status: TurnStatus
  /** The messages that it began with. */
  input: NewMessage[]
  /** Its calls of both sides, in the model's order. */
  calls: StoredCall[]
}

/** A call that a person has approved: it runs now, where its tool is resident, or its device is asked to run it. */
export interface ApprovedCall extends CallKey {
  status: 'running' | 'offered'
}

/** A request with results of device calls of one turn, or with what a person has decided about calls that are asked. */
export interface TurnResults {
  turn: string
  /** A new UUID. A second call with the same one is the same request. */
  id: string
  /** A call that a person has denied is `denied`. */
  results: readonly (CallOutcome | ApprovedCall)[]
  /** Tools whose calls are approved in this conversation from now on. */
  approvedTools?: readonly string[]
  tools?: readonly ToolSchema[]
  key?: RequestKey
}

/**
 * What results have led to. `go-on`: the turn runs again, in this process. `recorded`: it still waits, or runs elsewhere. `conflict`: one of
 * the calls is not open; nothing is stored, but for results of superseded calls. `replay`: as in `BeginOutcome`.
 */
export type ResultsOutcome =
  | { result: 'go-on'; state: TurnState }
  | { result: 'recorded' }
  | { result: 'conflict' }
  | ({ result: 'replay' } & Replay)

/** What was in a conversation that is empty now. */
export interface EmptiedConversation {
  /** Ids of its active turns, which are gone. */
  turns: string[]
  /** Their calls, and others that nobody has reported. */
  calls: EndedCall[]
}

/** The conversations. Every operation is one transaction: all or nothing. All throw `database-unavailable`. */
export interface ConversationStore extends TurnWrites {
  /**
   * Begins a turn where none of the conversation runs; one that waits for its device is superseded. Throws `conversation-busy` where
   * the queue is full, `key-reused` where the key came with another body, `invalid-request` where the current branch has no message
   * `after`, or none of the user's that could be answered anew.
   */
  begin(beginning: TurnBeginning): Promise<BeginOutcome>
  /** Takes the request that was to begin this turn out of the queue. */
  leaveQueue(turn: string): Promise<void>
  /** The position in the queue of the request that is to begin this turn, from 1; undefined where it is in none. */
  queuePosition(turn: string): Promise<number | undefined>
  /** Throws `key-reused` where the key came with another body. */
  findReplay(conversation: ConversationKey, key: RequestKey): Promise<Replay | undefined>
  newestTurn(conversation: ConversationKey): Promise<NewestTurn | undefined>
  storeResults(results: TurnResults): Promise<ResultsOutcome>
  /**
   * Ends a turn as cancelled where no living process runs it. `ended`: it has ended, now or before; `asked`: the process that runs it
   * is asked to end it; `unknown`: there is none.
   */
  cancel(turn: string): Promise<'ended' | 'asked' | 'unknown'>
  /** Asks the process that runs this turn to cancel it when no client follows it for this time, in milliseconds. */
  cancelIdle(turn: string, idleMs: number): Promise<void>
  /** Empties the conversation, and begins it anew with these messages. Its queue stays. */
  reset(conversation: ConversationKey, messages: readonly NewMessage[]): Promise<EmptiedConversation>
}
