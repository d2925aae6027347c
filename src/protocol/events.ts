import type { Approval, Call, CallSide, CallStatus } from './call.ts'
import type { ErrorCode } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { Logprob } from './logprobs.ts'
import type { FinishReason, NewMessage, Usage } from './message.ts'
import type { Repair } from './repair.ts'

/** A turn runs, waits for results of device calls, or has ended in one of four ways. */
export type TurnStatus = 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'interrupted'

/** Why a turn failed: the code, and a message for people. */
export interface ErrorDetail {
  code: ErrorCode
  detail: string
}

/**
 * What happens in a turn, in order. Deltas are published at once, before they are stored; `step-end`, `call-end` and `turn-end`
 * are published once their outcome is stored.
 */
export type TurnEvent =
  | { type: 'turn-start'; turn: string; conversation: string; model: string }
  | { type: 'step-start'; step: number }
  | Delta
  | LogprobsEvent
  | CallStart
  | { type: 'call-approved'; callId: string }
  | { type: 'call-end'; callId: string; status: CallStatus; output?: string; ms: number }
  | StepEnd
  | { type: 'turn-waiting'; calls: string[] }
  | { type: 'notice'; code: string; detail: string }
  | TurnEnd

/** A piece of the reply. */
export interface Delta {
  type: 'text-delta' | 'thinking-delta'
  text: string
}

/** The tokens of the deltas before it, where the client has asked for them; of calls, the tokens alone. Published as deltas are. */
export interface LogprobsEvent {
  type: 'logprobs'
  logprobs: Logprob[]
}

/** The model asked for a call. */
export interface CallStart {
  type: 'call-start'
  callId: string
  name: string
  arguments: JsonObject
  side: CallSide
  repairs?: Repair[]
  approval?: Approval
  /** True where the client's device is asked to run it. */
  offered: boolean
}

/** A step's outcome is stored. */
export interface StepEnd {
  type: 'step-end'
  step: number
  /** The model's reply, with its calls as they were at this moment. */
  message: NewMessage & { calls: Call[] }
  usage: Usage
  finishReason: FinishReason
}

/** The last event of every turn, exactly once. */
export interface TurnEnd {
  type: 'turn-end'
  status: Exclude<TurnStatus, 'running' | 'waiting'>
  error?: ErrorDetail
  /** True where the request was withdrawn: nothing of it is stored, and its client can still be answered with an error. */
  refused?: true
  /**
   * Where this process has lost the turn: the turn has not ended so. The journal has its events after number `after`, which is the last
   * that was published here.
   */
  lost?: { turn: string; after: number }
}
