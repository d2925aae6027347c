import type { JsonObject } from './json.ts'

/** Where a called tool lives: `resident` tools run in chatterd, `device` tools in the client. */
export type CallSide = 'resident' | 'device'

/**
 * How far a call has come. Every call ends exactly once.
 *
 *     resident: running → succeeded | failed | timed-out | interrupted
 *     device:   offered → answered | expired | superseded | cancelled
 *
 * A call whose arguments do not fit, or whose name nobody has, is `failed` from the start, on either side.
 */
export type CallStatus =
  | 'running'
  | 'offered'
  | 'succeeded'
  | 'failed'
  | 'timed-out'
  | 'interrupted'
  | 'answered'
  | 'expired'
  | 'superseded'
  | 'cancelled'

/** One tool call of an assistant message, and its result: one record, so neither can be without the other. */
export interface Call {
  /** Unique within its turn: the engine's id, or one of ours where it gave none. */
  id: string
  /** Position within its assistant message, from 0. Results are told to the engine in this order. */
  index: number
  name: string
  /** By name; coerced toward the tool's schema where it has one. */
  arguments: JsonObject
  side: CallSide
  status: CallStatus
  /** What the model reads as the result. Present on calls that ended with an output or an error of their own. */
  output?: string
  /** True where it may be started again after its process is gone, because its tool says that this does no harm. */
  restartable?: true
}

/** True while the call has not ended. */
export function isOpen(call: Pick<Call, 'status'>): boolean {
  return call.status === 'running' || call.status === 'offered'
}
