import type { Call, CallStatus } from '../protocol/call.ts'
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
  cut: number
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

/**
 * What a running turn writes. Each is one transaction, and holds only while the turn still belongs to this process:
 * else it throws `turn-lost` and nothing is written. Throws `database-unavailable` where the database cannot be reached.
 */
export interface TurnStore {
  /** Returns the answer as it lies in the log. */
  endStep(outcome: StepOutcome): Promise<LogMessage>
  /** Returns all calls of that message, with what devices have answered meanwhile; the turn waits if any is still open. */
  endCalls(turn: string, results: CallOutcome[]): Promise<Call[]>
  endTurn(ending: TurnEnding): Promise<void>
  /** Undoes the request that set this run off, as if it had never come: a begun turn goes, answered calls are open again. */
  withdraw(turn: string, answered: readonly CallKey[]): Promise<void>
}
