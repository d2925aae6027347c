import { ChatterdError } from '../../../protocol/errors.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'
import type { StoredCall } from '../../../turn/ports/conversation-store.ts'
import type { CallOutcome } from '../../../turn/ports/turn-store.ts'

/** A result of a device call, with the output as the model reads it. */
export interface CallResult {
  callId: string
  output: string
}

/** What to do with the results of a request. */
export interface MatchedResults {
  /** Outcomes of open calls. */
  outcomes: CallOutcome[]
  /** Outcomes of superseded calls: they are stored, but the turn does not go on. */
  late: CallOutcome[]
  /** Set where a call is closed: then no open call gets its result. */
  refusal: ChatterdError | undefined
}

/**
 * Matches results with the calls of the turn. A result that is stored already has no outcome. Throws `unknown-call` for a call that
 * the device does not have, `no-open-call` for one that is not approved yet, `result-conflict` for a call that has a different result, and `invalid-request` for two different
 * results of one call.
 */
export function matchCallResults(posted: readonly CallResult[], turn: StoredTurn): MatchedResults {
  const matched: MatchedResults = { outcomes: [], late: [], refusal: undefined }
  for (const { callId, output } of withoutRepeats(posted)) {
    const call = turn.calls.find(({ id, side }) => id === callId && side === 'device')
    if (!call) throw new ChatterdError('unknown-call', `The device has no call "${callId}" in this turn.`)
    if (call.status === 'asked')
      throw new ChatterdError('no-open-call', `The call "${callId}" is not approved yet.`)
    if (call.status === 'answered') {
      if (call.output !== output)
        throw new ChatterdError('result-conflict', `The call "${callId}" has another result already.`)
    } else if (call.status === 'offered' && isActive(turn)) {
      matched.outcomes.push(outcome(call, output))
    } else {
      if (call.status === 'superseded') matched.late.push(outcome(call, output))
      matched.refusal ??= new ChatterdError('call-closed', closedMessage(call))
    }
  }
  return matched
}

function withoutRepeats(posted: readonly CallResult[]): CallResult[] {
  const outputs = new Map<string, string>()
  for (const { callId, output } of posted) {
    if ((outputs.get(callId) ?? output) !== output)
      throw new ChatterdError('invalid-request', `The call "${callId}" has two results in one request.`)
    outputs.set(callId, output)
  }
  return [...outputs].map(([callId, output]) => ({ callId, output }))
}

function outcome({ seq, index }: StoredCall, output: string): CallOutcome {
  return { seq, index, status: 'answered', output }
}

export function isActive({ status }: StoredTurn): boolean {
  return status === 'running' || status === 'waiting'
}

export function closedMessage({ id, status }: StoredCall): string {
  return status === 'offered' || status === 'asked'
    ? `The call "${id}" is closed: its turn has ended.`
    : `The call "${id}" is closed: it is ${status}.`
}
