import { type Call, isOpen } from '../protocol/call.ts'
import type { TurnEnd, TurnEvent } from '../protocol/events.ts'
import type { TurnEnding } from './ports/turn-store.ts'

/** The model asked for a call. */
export function callStart(call: Call): TurnEvent {
  const { id: callId, name, arguments: args, side, status, repairs, approval } = call
  return {
    ...{ type: 'call-start', callId, name, arguments: args, side, offered: status === 'offered' },
    ...(repairs && { repairs }),
    ...(approval && { approval }),
  }
}

/** A call has ended, `ms` milliseconds after it was started. */
export function callEnd({ id: callId, status, output }: Call, ms: number): TurnEvent {
  return { type: 'call-end', callId, status, ...(output !== undefined && { output }), ms }
}

/** The turn waits for the device, or for a person: for those of these calls that are open. */
export function turnWaiting(calls: readonly Call[]): TurnEvent {
  return { type: 'turn-waiting', calls: calls.filter(isOpen).map(({ id }) => id) }
}

/** The turn has ended. */
export function turnEnd({ status, error }: Pick<TurnEnding, 'status' | 'error'>): TurnEnd {
  return { type: 'turn-end', status, ...(error && { error }) }
}
