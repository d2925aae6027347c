import { approvedTool } from '../../../protocol/call.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'
import type { StoredCall, TurnResults } from '../../../turn/ports/conversation-store.ts'
import type { PostedApproval } from './approvals-body.ts'
import { closedMessage, isActive } from './match-call-results.ts'

/** What to store of the approvals of a request. */
export type MatchedApprovals = Pick<TurnResults, 'results'> & { approvedTools: string[] }

/**
 * Matches approvals with the calls of the turn. What is decided already has no result. Throws `unknown-call` for a call that nobody was
 * asked about, `approval-conflict` for another hash or another decision, `call-closed` for a call that has ended without one, and
 * `invalid-request` for two approvals of one call.
 */
export function matchApprovals(posted: readonly PostedApproval[], turn: StoredTurn): MatchedApprovals {
  const seen = new Set<string>()
  const matched: { results: TurnResults['results'][number][]; approvedTools: string[] } = {
    results: [],
    approvedTools: [],
  }
  for (const approval of posted) {
    const { callId, hash, always } = approval
    if (seen.has(callId))
      throw new ChatterdError('invalid-request', `The call "${callId}" has two approvals in one request.`)
    seen.add(callId)
    const call = turn.calls.find(({ id, approval }) => id === callId && approval)
    if (!call)
      throw new ChatterdError('unknown-call', `Nobody was asked about a call "${callId}" in this turn.`)
    if (call.approval?.hash !== hash)
      throw new ChatterdError(
        'approval-conflict',
        `The call "${callId}" has another hash: its tool or its arguments are not those that were approved.`,
      )
    const { seq, index, side } = call
    if (isToDecide(call, approval, turn)) {
      const { approve, output } = approval
      const status = side === 'device' ? 'offered' : 'running'
      matched.results.push(approve ? { seq, index, status } : { seq, index, status: 'denied', output })
    }
    if (always && call.approval) matched.approvedTools.push(approvedTool(call.name, call.approval))
  }
  return matched
}

/** False where the same was decided before. Throws where it cannot be decided any more. */
function isToDecide(call: StoredCall, { approve, output }: PostedApproval, turn: StoredTurn): boolean {
  const { id, status } = call
  if (status === 'asked' && isActive(turn)) return true
  if (status === 'denied') {
    if (approve || call.output !== output)
      throw new ChatterdError('approval-conflict', `The call "${id}" is denied already: ${call.output}`)
    return false
  }
  if (['asked', 'expired', 'superseded', 'cancelled'].includes(status))
    throw new ChatterdError('call-closed', closedMessage(call))
  if (!approve) throw new ChatterdError('approval-conflict', `The call "${id}" is approved already.`)
  return false
}
