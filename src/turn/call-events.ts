import type { Call } from '../protocol/call.ts'
import type { CallSource, TurnEvent } from '../protocol/events.ts'

/** Tells that the model asked for a call. */
export function callStart(call: Call, source: CallSource | null): TurnEvent {
  const { id: callId, name, arguments: args, side, status } = call
  return { type: 'call-start', callId, name, arguments: args, side, offered: status === 'offered', source }
}

/** Tells how a call ended, `ms` milliseconds after it was started. */
export function callEnd({ id: callId, status, output }: Call, ms: number): TurnEvent {
  return { type: 'call-end', callId, status, ...(output !== undefined && { output }), ms }
}
