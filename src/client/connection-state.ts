import type { ErrorData } from '../protocol/native/turn.ts'

/** Whether events come: `waiting` until the next attempt, at `until`, in milliseconds since 1970. */
export type ConnectionState =
  | { state: 'connecting' }
  | { state: 'open' }
  | { state: 'waiting'; until: number; error: ErrorData | undefined }
  | { state: 'closed' }
