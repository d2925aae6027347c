import type { Approval, CallSide, CallStatus } from '../call.ts'
import type { ErrorCode } from '../errors.ts'
import type { TurnStatus } from '../events.ts'
import type { JsonObject } from '../json.ts'
import type { FinishReason, Usage } from '../message.ts'
import type { Repair } from '../repair.ts'

/** How a turn ended. */
export type TurnEndStatus = Exclude<TurnStatus, 'running' | 'waiting'>

/** Why a turn failed: `detail` is for people. */
export interface ErrorData {
  code: ErrorCode
  detail: string
}

/** A call, as the native dialect sends it. */
export interface CallData {
  callId: string
  name: string
  arguments: JsonObject
  side: CallSide
  repairs?: Repair[]
  approval?: Approval
  status: CallStatus
  output?: string
  /** Why there is no output. */
  error?: string
  /** Milliseconds from its start to its end. */
  ms?: number
}

/** A turn, as the native dialect sends it. Times are ISO 8601. */
export interface TurnData {
  id: string
  conversation: string
  model: string
  status: TurnStatus
  /** How many are complete. */
  steps: number
  calls: CallData[]
  usage: Usage
  error?: ErrorData
  finishReason?: FinishReason
  createdAt: string
  endedAt?: string
}
