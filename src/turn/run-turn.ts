import { isOpen } from '../protocol/call.ts'
import type { TurnEvent } from '../protocol/events.ts'
import type { Engine, EnginePart } from './engine.ts'
import { type NextStep, nextStep } from './next-step.ts'
import { promptEngine } from './prompt-engine.ts'
import { runCalls } from './run-calls.ts'
import type { Toolbox } from './toolbox.ts'
import { endingOf } from './turn-abort.ts'
import { callEnd, turnEnd } from './turn-events.ts'
import { lastReply, type TurnLimits, type TurnState } from './turn-state.ts'
import type { TurnStore } from './turn-store.ts'

/** What a turn works with. */
export interface TurnPorts {
  engine: Engine
  toolbox: Toolbox
  store: TurnStore
  limits: TurnLimits
  /** Milliseconds, from any start. */
  now(): number
  newCallId(): string
}

/** Whom a running turn publishes its events to. */
export interface TurnClient {
  /**
   * Publishes events, a batch at a time, with the engine's parts that they came from; never throws. A call, and no async iterable: three generators between the engine and the
   * response cost 12 µs of CPU a token, measured on paced streams, a sixth of all other costs together.
   * Returns a promise where the journal is behind: it resolves when the events are published, and none may be before.
   */
  publish(events: readonly TurnEvent[], parts?: readonly EnginePart[]): Promise<void> | undefined
  /** Aborted when the turn has to end before its time; the reason is a `TurnAbort`. */
  signal: AbortSignal
  /** True once the client knows that its request was accepted. Until then a failure may refuse the request. */
  accepted(): boolean
}

/**
 * Runs a turn until it has ended or waits for its client's device, and publishes its events. Every outcome is stored before it is
 * published. Throws what the store throws, and faults of chatterd itself: the turn has not ended then, and the caller has to end it.
 */
export async function runTurn(begun: TurnState, ports: TurnPorts, client: TurnClient): Promise<void> {
  let state = begun
  // A turn that was aborted does not wait for its device.
  while (state.status === 'running' || (state.status === 'waiting' && client.signal.aborted)) {
    const next = aborted(client.signal) ?? nextStep(state, ports.limits)
    switch (next.do) {
      case 'prompt':
        state = await promptEngine(state, ports, client)
        break
      case 'run-calls':
        state = await runCalls(state, next.calls, ports, client)
        break
      case 'wait-for-device':
        // The outcome after which only device calls were open has changed the status.
        throw new Error('a turn runs though only device calls are open')
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

function aborted(signal: AbortSignal): NextStep | undefined {
  if (!signal.aborted) return undefined
  const ending = endingOf(undefined, signal)
  if (!ending) throw signal.reason
  return { do: 'end', ending }
}
