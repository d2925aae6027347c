import { type Call, isOpen } from '../protocol/call.ts'
import type { TurnEvent } from '../protocol/events.ts'
import type { TurnClient, TurnPorts } from './run-turn.ts'
import { callEnd, turnWaiting } from './turn-events.ts'
import { lastReply, type TurnState, withMessage } from './turn-state.ts'
import type { CallOutcome, CallsOutcome } from './turn-store.ts'

/** Runs resident calls side by side, stores their results in call order, and then tells them. */
export async function runCalls(
  state: TurnState,
  calls: readonly Call[],
  ports: TurnPorts,
  client: TurnClient,
): Promise<TurnState> {
  const answer = lastReply(state)
  if (!answer) return state
  const started = ports.now()
  const took: number[] = []
  const results = await Promise.all(
    calls.map(async (call, place): Promise<CallOutcome> => {
      const context = {
        signal: client.signal,
        conversation: state.conversation.name,
        turn: state.id,
        callId: call.id,
      }
      const outcome = await ports.toolbox.run(call.name, call.arguments, context)
      took[place] = ports.now() - started
      return { seq: answer.seq, index: call.index, ...outcome }
    }),
  )
  const events = calls.map((call, place) =>
    callEnd({ ...call, ...outcomeOf(results[place]) }, took[place] ?? 0),
  )
  const ended = await client.commit(events, (chunks) => ports.store.endCalls(state.id, results, chunks))
  client.told(meanwhile(answer.calls, ended), ended.appended)
  return { ...withMessage(state, { ...answer, calls: ended.calls }), status: ended.status }
}

function outcomeOf(result: CallOutcome | undefined): Partial<Call> {
  return result ? { status: result.status, output: result.output } : {}
}

/** What happened while the tools ran: devices answered, and now the turn may wait for the rest. */
function meanwhile(before: readonly Call[], { calls, status }: CallsOutcome): TurnEvent[] {
  const open = new Set(before.filter((call) => isOpen(call) && call.side === 'device').map(({ id }) => id))
  const answered = calls.filter((call) => open.has(call.id) && !isOpen(call))
  return [...answered.map((call) => callEnd(call, 0)), ...(status === 'waiting' ? [turnWaiting(calls)] : [])]
}
