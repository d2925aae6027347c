import { ChatterdError } from './chatterd-error.ts'
import type { ServerLink } from './server-link.ts'
import type { TurnState } from './turn-state.ts'
import type { ApprovalDecision } from './types.ts'

/** What a call has come to. */
export type CallAnswer = { output: unknown } | { error: string }

/** Sends the result of a device call until the server has taken or refused it. */
export async function answerCall(
  link: ServerLink,
  { id }: TurnState,
  callId: string,
  answer: CallAnswer,
): Promise<void> {
  await link.insist(`/turns/${id}/results`, { method: 'POST', body: { results: [{ callId, ...answer }] } })
}

/** Sends a person's decision about a call until the server has taken or refused it. */
export async function approveCall(
  link: ServerLink,
  { id, replies }: TurnState,
  callId: string,
  decision: ApprovalDecision,
): Promise<void> {
  const call = replies.flatMap(({ calls }) => calls).find((one) => one.callId === callId)
  const hash = call?.approval?.hash
  if (hash === undefined)
    throw new ChatterdError({ code: 'unknown-call', detail: `Nobody was asked about the call "${callId}".` })
  const approvals = [{ callId, hash, ...decision }]
  await link.insist(`/turns/${id}/approvals`, { method: 'POST', body: { approvals } })
}
