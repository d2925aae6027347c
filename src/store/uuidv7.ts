import { randomUUID } from 'node:crypto'

/** A UUID of version 7 (RFC 9562): its first 48 bits are the time in milliseconds, so that new ids go to the end of an index. */
export function uuidv7(now = Date.now()): string {
  const time = now.toString(16).padStart(12, '0')
  // The rest, with its variant bits, comes from a random UUID: Node makes these in batches.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}
