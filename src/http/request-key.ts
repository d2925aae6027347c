import { hash, webcrypto } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { Type } from 'typebox'
import type { ConversationKey } from '../protocol/conversation-key.ts'
import type { LiveTurns } from '../stream/live-turns.ts'
import type { Replay, RequestKey } from '../turn/ports/conversation-store.ts'

/** The header that makes a request idempotent. */
export const IdempotencyKey = Type.Optional(
  Type.String({
    minLength: 1,
    maxLength: 255,
    pattern: '^[\\x20-\\x7e]*$',
    description:
      'Identifies this request within its conversation. The same request sent again with the same key begins no new turn: the response has the turn that the first one began.',
  }),
)

/** A request's key with a digest of its body; undefined where it has no key. */
export async function requestKeyOf(key: string | undefined, body: unknown): Promise<RequestKey | undefined> {
  if (key === undefined) return undefined
  return { key, digest: await digestOf(JSON.stringify(body)) }
}

/** From this length on, other requests need not wait for a digest. */
const longText = 1_000_000

async function digestOf(text: string): Promise<string> {
  if (text.length < longText) return hash('sha256', text)
  await setImmediate()
  // In a thread of its own.
  return Buffer.from(await webcrypto.subtle.digest('SHA-256', Buffer.from(text))).toString('hex')
}

/**
 * The turn that an earlier request with the same key began or continued, for a request that fails now with `error`: a request that
 * was accepted once is replayed also while the engine is away. Throws `error` where there was no earlier request.
 */
export async function replayOrThrow(
  error: unknown,
  conversation: ConversationKey,
  key: RequestKey | undefined,
  turns: Pick<LiveTurns, 'findReplay'>,
): Promise<Replay> {
  const replay = key && (await turns.findReplay(conversation, key))
  if (!replay) throw error
  return replay
}
