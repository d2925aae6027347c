import type { Approval, CallSide, CallStatus } from '../protocol/call.ts'
import type { TurnStatus } from '../protocol/events.ts'
import type { JsonObject } from '../protocol/json.ts'
import type { FinishReason, Usage } from '../protocol/message.ts'
import type { TurnEndStatus } from '../protocol/native/turn.ts'
import type { Repair } from '../protocol/repair.ts'
import type { ConnectionState } from './connection-state.ts'
import type { ErrorMembers } from './error-members.ts'

/** A call, as far as it is known. */
export interface CallState {
  callId: string
  name: string
  arguments: JsonObject
  side: CallSide
  status: CallStatus
  repairs?: Repair[]
  approval?: Approval
  output?: string
  error?: string
  /** How long it took, in milliseconds. */
  ms?: number
  /** When its start was seen by this client, in milliseconds since 1970; absent where it was read from the log. */
  startedAt?: number
}

/** One reply of the model: what it said in one step. */
export interface ReplyState {
  step: number
  text: string
  thinking: string
  calls: readonly CallState[]
  /** True once its `step-end` has come. */
  complete: boolean
  usage?: Usage
  finishReason?: FinishReason
  /** In milliseconds since 1970, by this client's clock: when its first event came, its first text, and its end. */
  startedAt: number
  textAt?: number
  endedAt?: number
}

/** A turn, folded from its events. A new object for each change; what has not changed stays the same object. */
export interface TurnState {
  /** Unknown while it is being sent. */
  id: string | undefined
  model: string | undefined
  status: 'sending' | 'queued' | TurnStatus
  /** In the queue, from 1. */
  position?: number
  replies: readonly ReplyState[]
  /** Ids of the calls that have not ended, of both sides. */
  openCalls: readonly string[]
  notices: readonly { code: string; detail: string }[]
  error?: ErrorMembers
  /** Number of the last event. */
  lastEvent: number
  connection: ConnectionState
}

/** How a turn ended. */
export interface TurnResult {
  status: TurnEndStatus
  /** The text of the last reply. */
  text: string
  calls: readonly CallState[]
  usage: Usage
  error?: ErrorMembers
}
