import { type Call, isOpen } from '../protocol/call.ts'
import type { ErrorDetail } from '../protocol/events.ts'
import { lastReply } from './newest-message.ts'
import type { TurnLimits, TurnState } from './ports/turn-state.ts'
import type { TurnEnding } from './ports/turn-store.ts'

/** What a turn does now. */
export type NextStep =
  | { do: 'prompt' }
  | { do: 'run-calls'; calls: Call[] }
  | { do: 'wait-for-device' }
  | { do: 'end'; ending: Pick<TurnEnding, 'status' | 'error'> }

/** Decides from the log alone, so the decision is the same after a crash, in another process, and in a test. */
export function nextStep(state: TurnState, limits: Pick<TurnLimits, 'maxSteps'>): NextStep {
  const reply = lastReply(state)
  if (!reply) return { do: 'prompt' }
  const open = reply.calls.filter(isOpen)
  const resident = open.filter((call) => call.side === 'resident')
  if (resident.length > 0) return { do: 'run-calls', calls: resident }
  if (open.length > 0) return { do: 'wait-for-device' }
  if (reply.calls.length === 0) return { do: 'end', ending: { status: 'completed' } }
  if (state.step < limits.maxSteps) return { do: 'prompt' }
  return { do: 'end', ending: { status: 'failed', error: stepLimit(limits.maxSteps) } }
}

function stepLimit(maxSteps: number): ErrorDetail {
  return {
    code: 'step-limit',
    detail: `The model went on calling tools: the turn was ended after ${maxSteps} steps (setting CHATTERD_MAX_STEPS).`,
  }
}
