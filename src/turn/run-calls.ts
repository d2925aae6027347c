import type { Call } from '../protocol/call.ts'
import { callEnd } from './call-events.ts'
import type { TurnClient, TurnPorts } from './run-turn.ts'
import { lastAnswer, type TurnState, withMessage } from './turn-state.ts'
import type { CallOutcome } from './turn-store.ts'

/** Runs resident calls side by side, stores their results in call order, and then tells them. */
export async function runCalls(
  state: TurnState,
  calls: readonly Call[],
  ports: TurnPorts,
  client: TurnClient,
): Promise<TurnState> {
  const answer = lastAnswer(state)
  if (!answer) return state
  const started = ports.now()
  const took: number[] = []
  const results = await Promise.all(
    calls.map(async (call, place): Promise<CallOutcome> => {
      const context = {
        signal: client.signal,
        conversation: state.conversation,
        turn: state.id,
        callId: call.id,
      }
      const outcome = await ports.toolbox.run(call.name, call.arguments, context)
      took[place] = ports.now() - started
      return { seq: answer.seq, index: call.index, ...outcome }
    }),
  )
  const stored = withMessage(state, { ...answer, calls: await ports.store.endCalls(state.id, results) })
  const ended = new Map(lastAnswer(stored)?.calls.map((call) => [call.index, call]))
  client.publish(
    calls.flatMap(({ index }, place) => {
      const call = ended.get(index)
      return call ? [callEnd(call, took[place] ?? 0)] : []
    }),
  )
  return stored
}
