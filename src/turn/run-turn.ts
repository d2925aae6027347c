import { isOpen } from '../protocol/call.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { lastReply } from './newest-message.ts'
import { type NextAction, nextAction } from './next-action.ts'
import type { TurnState } from './ports/turn-state.ts'
import { promptEngine } from './prompt-engine.ts'
import { runCalls } from './run-calls.ts'
import { endingOf } from './turn-abort.ts'
import { callEnd, turnEnd } from './turn-events.ts'
import type { TurnClient, TurnPorts } from './turn-ports.ts'

/**
 * Runs a turn until it has ended or waits for its client, and publishes its events. Every outcome is stored before it is
 * published. Throws what the store throws, and faults of chatterd itself: the turn has not ended then, and the caller has to end it.
 */
export async function runTurn(begun: TurnState, ports: TurnPorts, client: TurnClient): Promise<void> {
  let state = begun
  // A turn that was aborted does not wait.
  while (state.status === 'running' || (state.status === 'waiting' && client.signal.aborted)) {
    const next = aborted(client.signal) ?? nextAction(state, ports.limits)
    switch (next.do) {
      case 'prompt':
        state = await promptEngine(state, ports, client)
        break
      case 'run-calls':
        state = await runCalls(state, next.calls, ports, client)
        break
      case 'wait':
        // The outcome after which no open call runs has changed the status.
        throw new Error('a turn runs though none of its open calls does')
      case 'end': {
        const ending = { turn: state.id, ...next.ending }
        const events = [...endsOfOpenCalls(state), turnEnd(next.ending)]
        await ports.store.endTurn(ending, events)
        state = { ...state, ...next.ending }
      }
    }
  }
}

/** Open calls end with their turn, as the store ends them. */
function endsOfOpenCalls(state: TurnState): TurnEvent[] {
  const open = lastReply(state)?.calls.filter(isOpen) ?? []
  return open.map((call) =>
    callEnd({ ...call, status: call.status === 'running' ? 'interrupted' : 'cancelled' }, 0),
  )
}

function aborted(signal: AbortSignal): NextAction | undefined {
  if (!signal.aborted) return undefined
  const ending = endingOf(undefined, signal)
  if (!ending) throw signal.reason
  return { do: 'end', ending }
}
