import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { ConversationKey } from '../protocol/conversation-key.ts'
import type { LiveTurns } from '../stream/live-turns.ts'
import type { Replay, RequestKey } from '../turn/conversation-store.ts'

/** The header that makes a request safe to send again. */
export const IdempotencyKey = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '^[\\x20-\\x7e]*$',
    description:
      'A name for this request in its conversation: sent again with it, the request begins nothing anew, but is answered with the turn that it began.',
  }),
)

/** A request's key with the digest of its body; none where it has no key. */
export function requestKeyOf(key: string | undefined, body: unknown): RequestKey | undefined {
  if (key === undefined) return undefined
  return { key, digest: createHash('sha256').update(JSON.stringify(body)).digest('hex') }
}

/**
 * What the same request came to before, for one that cannot be carried out now: an engine that is away, or has lost the model, does
 * not keep a request that is sent again from its answer. Throws `error` where nothing is known of it.
 */
export async function replayOrThrow(
  error: unknown,
  conversation: ConversationKey,
  key: RequestKey | undefined,
  turns: Pick<LiveTurns, 'findReplay'>,
): Promise<Replay> {
  const known = key && (await turns.findReplay(conversation, key))
  if (!known) throw error
  return known
}
