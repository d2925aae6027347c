import type { Call, CallSide, CallStatus } from './call.ts'
import type { ErrorCode } from './errors.ts'
import type { JsonObject } from './json.ts'
import type { NewMessage, Usage } from './message.ts'

/**
 * An engine's own line of output, for dialects that pass it on byte for byte; without its line end.
 * Null where a later event carries the line, the answer's last one `step-end`; and of engines that have no such lines.
 */
export type EngineLine = string | null

/** How a turn stands: it runs, waits for results of device calls, or ended in one of four ways. */
export type TurnStatus = 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'interrupted'

/** What a client is told of a failure: the code, and words. */
export interface ErrorDetail {
  code: ErrorCode
  detail: string
}

/** What happens in a turn, in order. Deltas are hints; what ends (`step-end`, `call-end`, `turn-end`) is stored before it is told. */
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

/** A piece of the answer. */
export interface Delta {
  type: 'text-delta' | 'thinking-delta'
  text: string
  line: EngineLine
  /** True where the line holds calls or the end of the answer as well, which are told later: only its text is told now. */
  shared: boolean
}

/** The model asked for a call. `source` says which engine line held it, and at what place in that line's list of calls. */
export interface CallStart {
  type: 'call-start'
  callId: string
  name: string
  arguments: JsonObject
  side: CallSide
  /** True where the client's device is asked to run it. */
  offered: boolean
  source: CallSource | null
}

/** A step's outcome is stored. */
export interface StepEnd {
  type: 'step-end'
  step: number
  /** The model's answer, its calls as they stood then. */
  message: NewMessage & { calls: Call[] }
  usage: Usage
  line: EngineLine
}

/** Where the engine asked for a call. */
export interface CallSource {
  line: string
  position: number
}

/** The last event of every turn, exactly once. */
export interface TurnEnd {
  type: 'turn-end'
  status: Exclude<TurnStatus, 'running' | 'waiting'>
  error?: ErrorDetail
  /** True where the request that set this run off was withdrawn: nothing of it is stored, and its client may be refused. */
  refused?: true
}
