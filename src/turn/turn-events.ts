import { type Call, isOpen } from '../protocol/call.ts'
import type { CallSource, TurnEnd, TurnEvent } from '../protocol/events.ts'
import type { TurnEnding } from './turn-store.ts'

/** Tells that the model asked for a call. */
export function callStart(call: Call, source: CallSource | null): TurnEvent {
  const { id: callId, name, arguments: args, side, status } = call
  return { type: 'call-start', callId, name, arguments: args, side, offered: status === 'offered', source }
}

/** Tells how a call ended, `ms` milliseconds after it was started. */
export function callEnd({ id: callId, status, output }: Call, ms: number): TurnEvent {
  return { type: 'call-end', callId, status, ...(output !== undefined && { output }), ms }
}

/** Tells that the turn waits for the device, and for which of these calls. */
export function turnWaiting(calls: readonly Call[]): TurnEvent {
  return { type: 'turn-waiting', calls: calls.filter(isOpen).map(({ id }) => id) }
}

/** Tells how the turn ended. */
export function turnEnd({ status, error }: Pick<TurnEnding, 'status' | 'error'>): TurnEnd {
  return { type: 'turn-end', status, ...(error && { error }) }
}
