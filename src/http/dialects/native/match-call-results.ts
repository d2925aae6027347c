import { ChatterdError } from '../../../protocol/errors.ts'
import type { StoredTurn } from '../../../turn/conversation-directory.ts'
import type { StoredCall } from '../../../turn/conversation-store.ts'
import type { CallOutcome } from '../../../turn/turn-store.ts'

/** A result that a client posted, as the model is to read it. */
export interface CallResult {
  callId: string
  output: string
}

/** What results come to. */
export interface MatchedResults {
  /** For calls that are open. */
  outcomes: CallOutcome[]
  /** For calls that were superseded before: they are kept, and start nothing. */
  late: CallOutcome[]
  /** Why none of it may be taken: some of it came for a call that is closed. */
  refusal: ChatterdError | undefined
}

/**
 * Which calls of the turn these results answer; those that are known already are none. Throws `unknown-call` for a call that is
 * not the device's, `result-conflict` for one that has another result, `invalid-request` for two results of one call.
 */
export function matchCallResults(posted: readonly CallResult[], turn: StoredTurn): MatchedResults {
  const matched: MatchedResults = { outcomes: [], late: [], refusal: undefined }
  for (const { callId, output } of withoutRepeats(posted)) {
    const call = turn.calls.find(({ id, side }) => id === callId && side === 'device')
    if (!call) throw new ChatterdError('unknown-call', `The device has no call "${callId}" in this turn.`)
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

function isActive({ status }: StoredTurn): boolean {
  return status === 'running' || status === 'waiting'
}

function closedMessage({ id, status }: StoredCall): string {
  return status === 'offered'
    ? `The call "${id}" is closed: its turn has ended.`
    : `The call "${id}" is closed: it is ${status}.`
}
