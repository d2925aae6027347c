import type { Call } from '../../protocol/call.ts'

/** A call that has ended, for the log. */
export interface EndedCall {
  /** Name of the conversation. */
  conversation: string
  turn: string
  call: Call
  /** False where nobody has approved it, though somebody had to. */
  isApproved: boolean
  /** How long it took, in milliseconds. */
  ms: number
}
