import { ChatterdError } from '../../../protocol/errors.ts'
import type { ConversationCursor } from '../../../turn/ports/conversation-directory.ts'

/** A position in the list of conversations, as an opaque text for clients. */
export function encodeCursor({ updatedAt, id }: ConversationCursor): string {
  return Buffer.from(JSON.stringify([updatedAt, id])).toString('base64url')
}

/** The position that a client sends back. Throws `invalid-request` for a text that `encodeCursor` cannot have made. */
export function decodeCursor(text: string): ConversationCursor {
  const [updatedAt, id] = partsOf(text)
  if (isTime(updatedAt) && isUuid(id)) return { updatedAt, id }
  throw new ChatterdError('invalid-request', 'after: the "next" of a previous page is expected.')
}

function partsOf(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(parts) && parts.length === 2 ? parts : []
  } catch {
    return []
  }
}

const time = /^(?!0000)(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,6})?(Z|[+-](0\d|1[0-5])(:[0-5]\d)?)$/
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

/** True for a time that the database can read. */
function isTime(value: unknown): value is string {
  const [, day, clock] = (typeof value === 'string' && time.exec(value)) || []
  if (day === undefined || clock === undefined) return false
  const read = new Date(`${day}T${clock}Z`)
  // `Date` reads 30 February as 2 March.
  return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(`${day}T${clock}`)
}

function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuid.test(value)
}
