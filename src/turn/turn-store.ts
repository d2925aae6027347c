import type { Call, CallStatus } from '../protocol/call.ts'
import type { ConversationKey } from '../protocol/conversation-key.ts'
import type { EventChunk } from '../protocol/event-chunk.ts'
import type { ErrorDetail, TurnEnd, TurnStatus } from '../protocol/events.ts'
import type { LogMessage, NewMessage, Usage } from '../protocol/message.ts'
import type { CallKey } from './turn-state.ts'

/** A step's outcome: the model's answer with its calls, and how the turn stands after it. */
export interface StepOutcome {
  turn: string
  /** From 1. The same step told again is the same outcome, stored once. */
  step: number
  message: NewMessage & { calls: Call[]; usage: Usage }
  status: TurnStatus
  error?: ErrorDetail
  /** Where the prompt of this step began. */
  promptFrom: number
}

/** How a call ended, of either side. */
export interface CallOutcome extends CallKey {
  status: CallStatus
  output: string
}

/** How a turn ended that did not come to a whole answer. */
export interface TurnEnding {
  turn: string
  status: TurnEnd['status']
  error?: ErrorDetail
  /** The text that had come; kept, marked as incomplete. */
  partial?: NewMessage
}

/** What resident calls came to. */
export interface CallsOutcome {
  /** All calls of that message, with what devices have answered meanwhile. */
  calls: Call[]
  /** The turn waits where a device call is still open. */
  status: 'running' | 'waiting'
  /** What the database told after the given events: that devices answered meanwhile, and that the turn waits. */
  appended: EventChunk | undefined
}

/**
 * What a running turn writes. Each is one transaction with the events that tell of it and all that were told before and are
 * not in the journal yet, and holds only while the turn still belongs to this process: else it throws `turn-lost` and nothing
 * is written. Told twice, it is stored once. Throws `database-unavailable` where the database cannot be reached.
 */
export interface TurnStore {
  /** Returns the answer as it lies in the log. */
  endStep(outcome: StepOutcome, events: readonly EventChunk[]): Promise<LogMessage>
  endCalls(turn: string, results: CallOutcome[], events: readonly EventChunk[]): Promise<CallsOutcome>
  /** False where devices have answered meanwhile: the journal tells the end in other words than the last of these events. */
  endTurn(ending: TurnEnding, events: readonly EventChunk[]): Promise<boolean>
  /**
   * Undoes the request that set this run off, as if it had never come: a begun turn goes, answered calls are open again.
   * False where others have been told of it already: then nothing is undone.
   */
  withdraw(run: Withdrawal): Promise<boolean>
}

/** One run of a turn: from its beginning, or from the results that it waited for, to its end or the next wait. */
export interface Withdrawal {
  turn: string
  conversation: ConversationKey
  /** Calls that the request which set this run off has answered; none when it began the turn. */
  results: readonly CallKey[]
}
