import type { Call } from '../../../protocol/call.ts'
import { callData } from '../../../protocol/event-chunk.ts'
import type { CallData, TurnData } from '../../../protocol/native/turn.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'

/** A turn as it is sent to clients. */
export function turnData(turn: StoredTurn): TurnData {
  const { id, conversation, model, status, steps, calls, usage, error, finishReason, createdAt, endedAt } =
    turn
  return {
    id,
    conversation: conversation.name,
    model,
    status,
    steps,
    calls: calls.map((call) => timedCallData(call, call.ms)),
    usage,
    ...(error && { error }),
    ...(finishReason && { finishReason }),
    createdAt: createdAt.toISOString(),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
  }
}

/** A call as it is sent to clients, with its duration in milliseconds where that is known. */
export function timedCallData(call: Call, ms?: number): CallData {
  return { ...callData(call), ...(ms !== undefined && { ms: Math.round(ms) }) }
}
