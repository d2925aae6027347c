import type { Call } from '../protocol/call.ts'
import { lastReply, withMessage } from './newest-message.ts'
import type { TurnState } from './ports/turn-state.ts'
import type { CallOutcome } from './ports/turn-store.ts'
import { callEnd } from './turn-events.ts'
import type { TurnClient, TurnPorts } from './turn-ports.ts'

/** Runs resident calls side by side, and stores their results in call order. */
export async function runCalls(
  state: TurnState,
  calls: readonly Call[],
  ports: TurnPorts,
  client: TurnClient,
): Promise<TurnState> {
  const reply = lastReply(state)
  if (!reply) return state
  const started = ports.now()
  const took: number[] = []
  const results = await Promise.all(
    calls.map(async (call, index): Promise<CallOutcome> => {
      const context = {
        signal: client.signal,
        conversation: state.conversation.name,
        turn: state.id,
        callId: call.id,
        ...(call.repairs && { repairs: call.repairs.length }),
      }
      const outcome = await ports.toolbox.run(call.name, call.arguments, context)
      took[index] = ports.now() - started
      return { seq: reply.seq, index: call.index, ...outcome }
    }),
  )
  const ended = calls.map((call, index) => ({
    ...{ conversation: state.conversation.name, turn: state.id, isApproved: true },
    ...{ call: { ...call, ...outcomeOf(results[index]) }, ms: took[index] ?? 0 },
  }))
  const events = ended.map(({ call, ms }) => callEnd(call, ms))
  const outcome = await ports.store.endCalls(state.id, results, events)
  for (const call of ended) ports.onCallEnd?.(call)
  return {
    ...withMessage(state, { ...reply, calls: outcome.calls }),
    status: outcome.status,
    approvedTools: outcome.approvedTools,
  }
}

function outcomeOf(result: CallOutcome | undefined): Partial<Call> {
  if (!result) return {}
  const { status, output, images } = result
  return { status, output, ...(images && { images }) }
}
