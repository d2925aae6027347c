import { isOpen } from '../protocol/call.ts'
import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import type { Engine } from './engine.ts'
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

/** The client that a run of a turn answers. */
export interface TurnClient {
  /**
   * Takes what happens, a batch at a time; must not throw. A call and no async iterable: passing each read of the engine
   * through three generators cost 12 µs of CPU a token, measured on paced streams, a sixth of what all else costs.
   * A promise where the journal is behind: resolves when it is told, and nothing else is to be told before.
   */
  publish(events: readonly TurnEvent[]): Promise<void> | undefined
  /**
   * Stores an outcome together with the events that tell of it, and of all before that is not in the journal; then tells them.
   * Where `write` gives false, the journal tells the outcome in other words.
   */
  commit<T>(events: readonly TurnEvent[], write: (chunks: readonly EventChunk[]) => Promise<T>): Promise<T>
  /** Tells what is in the journal already. */
  told(events: readonly TurnEvent[], chunk: EventChunk | undefined): void
  /** Aborted when the turn has to end before its time; the reason is a `TurnAbort`. */
  signal: AbortSignal
  /** True once the client has been told that its request is accepted. Until then a failure can be a refusal. */
  accepted(): boolean
}

/**
 * Runs a turn until it has ended or waits for its client's device, and publishes what happens. Every outcome is stored
 * before it is published. Throws what the store throws, and faults of ours: the turn is then not ended, and its owner has to
 * see to it.
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
        // The outcome that left only device calls open has made it wait.
        throw new Error('a turn runs though only its device has calls to answer')
      case 'end': {
        const ending = { turn: state.id, ...next.ending }
        const events = [...cutOff(state), turnEnd(next.ending)]
        await client.commit(events, (chunks) => ports.store.endTurn(ending, chunks))
        state = { ...state, ...next.ending }
      }
    }
  }
}

/** Tells that calls which are open end with their turn, as the store ends them. */
function cutOff(state: TurnState): TurnEvent[] {
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
