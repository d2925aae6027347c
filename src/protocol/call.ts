import type { JsonObject } from './json.ts'
import type { Repair } from './repair.ts'

/** Where a called tool runs: `resident` tools in chatterd, `device` tools in the client. */
export type CallSide = 'resident' | 'device'

/**
 * The states of a call. Every call ends exactly once.
 *
 *     either:   asked → denied | expired | superseded | cancelled, or, once a person has approved it:
 *     resident: running → succeeded | failed | timed-out | interrupted
 *     device:   offered → answered | expired | superseded | cancelled
 *
 * Only calls of tools that the settings name in `ask` begin as `asked`.
 * A call whose arguments do not fit the tool's schema, or whose name no tool has, is `failed` from the start, on either side.
 */
export type CallStatus =
  | 'asked'
  | 'denied'
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

/** What a person approves: the tool with its source, and its arguments. */
export interface Approval {
  /** Of the tool's name and the call's arguments (docs/native.md): who approves a call names what has been shown. */
  hash: string
  /** Where the tool comes from: a source of resident tools, or `device`. */
  source: string
}

/** What a person approves who approves a tool for all of a conversation: the tool of this source, and no other one of its name. */
export function approvedTool(name: string, { source }: Approval): string {
  return `${name} ${source}`
}

/** One tool call of an assistant message together with its result. */
export interface Call {
  /** Unique within its turn: the engine's id, or one that chatterd made where the engine gave none. */
  id: string
  /** Position within its assistant message, from 0. Prompts have the results in this order. */
  index: number
  name: string
  /** By the names of the parameters; brought to the types that the tool's schema declares. */
  arguments: JsonObject
  /** The arguments as the model wrote them, where they differ. Prompts repeat these. */
  written?: JsonObject
  /** What was mended of the call as the model wrote it. */
  repairs?: Repair[]
  /** Present where a person has to approve the call, or had to. */
  approval?: Approval
  side: CallSide
  status: CallStatus
  /** What the model reads as the result: the output, or a message that says why there is none. */
  output?: string
  /** Base64. What a model that sees images reads beside the output, which names them. */
  images?: string[]
  /** True where the call may run again after its process is gone, because its tool declares that this does no harm. */
  restartable?: true
}

/** True while the call has not ended. */
export function isOpen(call: Pick<Call, 'status'>): boolean {
  return call.status === 'running' || call.status === 'offered' || call.status === 'asked'
}
