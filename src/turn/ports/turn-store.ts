import type { Call, CallStatus } from '../../protocol/call.ts'
import type { ConversationKey } from '../../protocol/conversation-key.ts'
import type { ErrorDetail, TurnEnd, TurnEvent, TurnStatus } from '../../protocol/events.ts'
import type { FinishReason, LogMessage, NewMessage, Usage } from '../../protocol/message.ts'
import type { CallKey, Truncation } from './turn-state.ts'

/** The outcome of a step: the model's reply with its calls, and the status of the turn after it. */
export interface StepOutcome {
  turn: string
  /** From 1. A second write of the same step changes nothing. */
  step: number
  message: NewMessage & { calls: Call[]; usage: Usage; finishReason: FinishReason }
  status: TurnStatus
  error?: ErrorDetail
  /** As `TurnState` has it, after this step. */
  promptFrom: number
  truncation?: Truncation
}

/** How a call ended, of either side. */
export interface CallOutcome extends CallKey {
  status: CallStatus
  output: string
  /** Base64. */
  images?: string[]
}

/** How a turn ended that came to no whole reply. */
export interface TurnEnding {
  turn: string
  status: TurnEnd['status']
  error?: ErrorDetail
  /** The part of the reply that had come; kept, marked as incomplete. */
  partial?: NewMessage
}

/** What follows from the results of resident calls. */
export interface CallsOutcome {
  /** All calls of that message, with the results that devices have sent meanwhile. */
  calls: Call[]
  /** As `TurnState` has it. */
  approvedTools: string[]
  /** `waiting` where calls are still open and none of them runs. */
  status: 'running' | 'waiting'
}

/** A request to undo: the one that began the turn, or the one with the results that made it go on. */
export interface Withdrawal {
  turn: string
  conversation: ConversationKey
  /** The calls whose results the request brought; none where it began the turn. */
  results: readonly CallKey[]
}

/**
 * What a running turn writes. Each write stores an outcome together with the events that publish it, in one transaction, and then
 * publishes these; only while the turn belongs to this process, else it throws `turn-lost` and writes nothing. A repeated write
 * changes nothing. Throws `database-unavailable` where the database cannot be reached.
 */
export interface TurnStore {
  /** Returns the reply as the log has it. */
  endStep(outcome: StepOutcome, events: readonly TurnEvent[]): Promise<LogMessage>
  /** Also publishes what the store appends after `events`: devices have sent results meanwhile, or the turn waits. */
  endCalls(turn: string, results: CallOutcome[], events: readonly TurnEvent[]): Promise<CallsOutcome>
  endTurn(ending: TurnEnding, events: readonly TurnEvent[]): Promise<void>
  /** False where others know of the request already: then nothing is undone, and nothing published. */
  withdraw(withdrawal: Withdrawal, events: readonly TurnEvent[]): Promise<boolean>
}
