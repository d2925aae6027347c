import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { RequestKey } from '../turn/conversation-store.ts'

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
