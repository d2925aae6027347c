import type { Call, CallSide, CallStatus } from './call.ts'
import type { ErrorCode } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { NewMessage, Usage } from './message.ts'

/** The status of a turn: it runs, waits for results of device calls, or has ended in one of four ways. */
export type TurnStatus = 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'interrupted'

/** A failure as clients read it: its code, and what happened. */
export interface ErrorDetail {
  code: ErrorCode
  detail: string
}

/** What happens in a turn, in order. Deltas are hints; what ends (`step-end`, `call-end`, `turn-end`) is stored before it is published. */
export type TurnEvent =
  | { type: 'turn-start'; turn: string; conversation: string; model: string }
  | { type: 'step-start'; step: number }
  | Delta
  | CallStart
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

/** The model asked for a call. */
export interface CallStart {
  type: 'call-start'
  callId: string
  name: string
  arguments: JsonObject
  side: CallSide
  /** True where the client's device is asked to run it. */
  offered: boolean
}

/** A step's outcome is stored. */
export interface StepEnd {
  type: 'step-end'
  step: number
  /** The model's reply, with its calls as they were then. */
  message: NewMessage & { calls: Call[] }
  usage: Usage
}

/** The last event of every turn, exactly once. */
export interface TurnEnd {
  type: 'turn-end'
  status: Exclude<TurnStatus, 'running' | 'waiting'>
  error?: ErrorDetail
  /** True where the request behind this run was withdrawn: nothing of it is stored, and the request may be refused. */
  refused?: true
}
