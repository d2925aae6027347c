import type { Static } from 'typebox'
import type { Call as CallRecord } from '../../../protocol/call.ts'
import { callData } from '../../../protocol/event-chunk.ts'
import type { StoredTurn } from '../../../turn/conversation-directory.ts'
import type { CallSchema, TurnSchema } from './schemas/turn-schema.ts'

/** A turn as clients read it. */
export function turnData(turn: StoredTurn): Static<typeof TurnSchema> {
  const { id, conversation, model, status, steps, calls, usage, error, createdAt, endedAt } = turn
  return {
    id,
    conversation: conversation.name,
    model,
    status,
    steps,
    calls: calls.map((call) => callDataWithTime(call, call.ms)),
    usage,
    ...(error && { error }),
    createdAt: createdAt.toISOString(),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
  }
}

/** A call as clients read it; `ms` is how long it took, where that is known. */
export function callDataWithTime(call: CallRecord, ms?: number): Static<typeof CallSchema> {
  return { ...callData(call), ...(ms !== undefined && { ms: Math.round(ms) }) } as Static<typeof CallSchema>
}
