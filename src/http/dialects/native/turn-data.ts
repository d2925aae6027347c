import type { Static } from 'typebox'
import type { Call as CallRecord } from '../../../protocol/call.ts'
import { callData } from '../../../protocol/event-chunk.ts'
import type { StoredTurn } from '../../../turn/ports/conversation-directory.ts'
import type { CallSchema, TurnSchema } from './schemas/turn-schema.ts'

/** A turn as it is sent to clients. */
export function turnData(turn: StoredTurn): Static<typeof TurnSchema> {
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
export function timedCallData(call: CallRecord, ms?: number): Static<typeof CallSchema> {
  return { ...callData(call), ...(ms !== undefined && { ms: Math.round(ms) }) } as Static<typeof CallSchema>
}
