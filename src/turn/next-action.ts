import { type Call, isOpen } from '../protocol/call.ts'
import type { ErrorDetail } from '../protocol/events.ts'
import { lastReply } from './newest-message.ts'
import type { TurnLimits, TurnState } from './ports/turn-state.ts'
import type { TurnEnding } from './ports/turn-store.ts'

/** What a turn does now. */
export type NextAction =
  | { do: 'prompt' }
  | { do: 'run-calls'; calls: Call[] }
  /** For its device, or for a person. */
  | { do: 'wait' }
  | { do: 'end'; ending: Pick<TurnEnding, 'status' | 'error'> }

/** Decides from the log alone, so the decision is the same after a crash, in another process, and in a test. */
export function nextAction(state: TurnState, limits: Pick<TurnLimits, 'maxSteps'>): NextAction {
  const reply = lastReply(state)
  if (!reply) return { do: 'prompt' }
  const open = reply.calls.filter(isOpen)
  const running = open.filter((call) => call.status === 'running')
  if (running.length > 0) return { do: 'run-calls', calls: running }
  if (open.length > 0) return { do: 'wait' }
  if (reply.calls.length === 0) return { do: 'end', ending: { status: 'completed' } }
  const repeated = repeatedFailure(state)
  if (repeated) return { do: 'end', ending: { status: 'failed', error: callRepeated(repeated) } }
  if (state.step < limits.maxSteps) return { do: 'prompt' }
  return { do: 'end', ending: { status: 'failed', error: stepLimit(limits.maxSteps) } }
}

/** How many times in a row a model may make the same call that fails in the same way. */
const maxSameFailures = 3

/** A call of the newest reply that the replies before it have too, and that has failed in the same way each time. */
function repeatedFailure({ id, log }: TurnState): Call | undefined {
  const replies = log.filter(({ turn, role }) => turn === id && role === 'assistant').slice(-maxSameFailures)
  if (replies.length < maxSameFailures) return undefined
  const [newest, ...earlier] = replies.reverse()
  return newest?.calls.find(
    (call) =>
      call.status === 'failed' &&
      earlier.every(({ calls }) => calls.some((other) => isSameFailure(call, other))),
  )
}

function isSameFailure(one: Call, other: Call): boolean {
  const textOf = ({ name, status, output, arguments: args }: Call) =>
    JSON.stringify([name, status, output, args])
  return textOf(one) === textOf(other)
}

function callRepeated({ name, output = '' }: Call): ErrorDetail {
  const detail = `The model called ${name} ${maxSameFailures} times in the same way, and it failed each time: ${output}`
  return { code: 'call-repeated', detail }
}

function stepLimit(maxSteps: number): ErrorDetail {
  return {
    code: 'step-limit',
    detail: `The model went on calling tools: the turn was ended after ${maxSteps} steps (setting CHATTERD_MAX_STEPS).`,
  }
}
