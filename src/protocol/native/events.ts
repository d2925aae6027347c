import type { Approval, CallSide, CallStatus } from '../call.ts'
import type { JsonObject } from '../json.ts'
import type { Logprob } from '../logprobs.ts'
import type { FinishReason, Usage } from '../message.ts'
import type { Repair } from '../repair.ts'
import type { CallData, ErrorData, TurnEndStatus } from './turn.ts'

/** The data of each event of a turn, by the event's name, as the native dialect sends it (docs/native.md, "Events"). */
export interface TurnEventData {
  'turn-start': { turn: string; conversation: string; model: string }
  'step-start': { step: number }
  'text-delta': { text: string }
  'thinking-delta': { text: string }
  logprobs: { logprobs: Logprob[] }
  'call-start': {
    callId: string
    name: string
    arguments: JsonObject
    side: CallSide
    repairs?: Repair[]
    approval?: Approval
  }
  'call-approved': { callId: string }
  'call-end': { callId: string; status: CallStatus; output?: string; error?: string; ms: number }
  'step-end': {
    step: number
    message: { role: 'assistant'; content: string; thinking?: string; calls: CallData[] }
    usage: Usage
    finishReason: FinishReason
  }
  'turn-waiting': { calls: string[] }
  notice: { code: string; detail: string }
  'turn-end': { status: TurnEndStatus; error?: ErrorData }
}

/** An event of a turn: its number, from 1 without gaps, its name as `type`, and the members of its data. */
export type NumberedEvent = {
  [Name in keyof TurnEventData]: { number: number; type: Name } & TurnEventData[Name]
}[keyof TurnEventData]
