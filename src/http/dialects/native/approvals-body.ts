import { type Static, Type } from 'typebox'
import { ChatterdError } from '../../../protocol/errors.ts'
import { checkMessages, type PostedLimits } from '../../posted-bounds.ts'
import { bodySchema, sharedEnum } from './schemas/shared-schema.ts'

const Decision = bodySchema('ApprovalDecision', 'What a person has decided about a call.', {
  callId: Type.String({ minLength: 1 }),
  hash: Type.String({ minLength: 1, description: 'The `hash` of the `approval` that the person has seen.' }),
  decision: sharedEnum('Decision', 'Whether the call is run.', ['approve', 'deny']),
  always: Type.Optional(
    Type.Boolean({
      description: 'true, with approve: later calls of this tool in this conversation are approved too.',
    }),
  ),
  reason: Type.Optional(
    Type.String({ maxLength: 2_000, description: 'With deny: why, for the model to read.' }),
  ),
})

/** The body of a request with what a person has decided. */
export const ApprovalsBody = bodySchema('ApprovalsBody', 'What a person has decided about calls.', {
  approvals: Type.Array(Decision, { minItems: 1 }),
})

/** What a person has decided about one call. */
export interface PostedApproval {
  callId: string
  hash: string
  /** True: it is approved, and with `always` later calls of its tool as well. */
  approve: boolean
  always: boolean
  /** What the model reads where it is denied. */
  output: string
}

/** Throws `invalid-request` for too many, and for members that the decision does not have. */
export function approvalsOf(
  { approvals }: Static<typeof ApprovalsBody>,
  limits: PostedLimits,
): PostedApproval[] {
  checkMessages(approvals, () => 0, limits)
  return approvals.map(({ callId, hash, decision, always = false, reason = '' }, index) => {
    const approve = decision === 'approve'
    if (always && !approve) throw misfit(`approvals.${index}.always: a denial is for one call.`)
    if (reason !== '' && approve)
      throw misfit(`approvals.${index}.reason: the model reads it of a denial only.`)
    const output = reason === '' ? 'The user denied this call.' : `The user denied this call: ${reason}`
    return { callId, hash, approve, always, output }
  })
}

function misfit(message: string): ChatterdError {
  return new ChatterdError('invalid-request', message)
}
