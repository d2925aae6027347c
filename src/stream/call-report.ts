import type { CallSide, CallStatus } from '../protocol/call.ts'
import type { EndedCall } from '../turn/ports/ended-call.ts'
import type { Toolbox } from '../turn/ports/toolbox.ts'

/** What came of one call, for the log: nothing of its arguments and its result. */
export interface CallReport {
  conversation: string
  turn: string
  call: string
  tool: string
  side: CallSide
  /** Where the tool comes from: a source of resident tools, or `device`; absent where no tool has its name. */
  source?: string
  /** Of the tool's name and the arguments, as the approval of a call has it. */
  hash: string
  /** Codes of what was mended; absent where nothing was. */
  repairs?: string[]
  /** What a person has decided; absent where nobody had to decide, or nobody has. */
  approval?: 'approved' | 'denied'
  status: CallStatus
  ms: number
}

export function callReport(
  { conversation, turn, call, isApproved, ms }: EndedCall,
  toolbox: Pick<Toolbox, 'has' | 'approvalOf'>,
): CallReport {
  const { id, name: tool, arguments: args, side, status, repairs, approval } = call
  const { hash, source } = approval ?? toolbox.approvalOf(tool, args)
  const hasTool = approval !== undefined || side === 'device' || toolbox.has(tool)
  const decision = status === 'denied' ? 'denied' : approval && isApproved ? 'approved' : undefined
  return {
    ...{ conversation, turn, call: id, tool, side },
    ...(hasTool && { source: side === 'device' ? 'device' : source }),
    hash,
    ...(repairs && { repairs: repairs.map(({ code }) => code) }),
    ...(decision && { approval: decision }),
    ...{ status, ms: Math.round(ms) },
  }
}
