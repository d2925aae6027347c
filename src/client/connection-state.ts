import type { ErrorMembers } from './error-members.ts'

/** Whether events come: `waiting` until the next attempt, at `until`, in milliseconds since 1970. */
export type ConnectionState =
  | { state: 'connecting' }
  | { state: 'open' }
  | { state: 'waiting'; until: number; error: ErrorMembers | undefined }
  | { state: 'closed' }
