import type { ApprovalDecision, CallData, CallState } from '../../client/types.ts'

export interface CallLineProps {
  call: CallState | CallData
  onAnswer(callId: string, result: { output: unknown } | { error: string }): void | Promise<void>
  onApprove(callId: string, decision: ApprovalDecision): void | Promise<void>
  source?: string | undefined
}

export function CallLine({ call }: CallLineProps) {
  return (
    <p>
      {call.name} {call.side} {call.status}
    </p>
  )
}
