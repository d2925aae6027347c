import type { ErrorCode } from '../protocol/errors.ts'

/** What an error of the SDK has, whether the server sent it or the network failed. */
export interface ErrorMembers {
  /** `network`: there was no response. `protocol`: what came is not of chatterd, or not as it should be. */
  code: ErrorCode | 'network' | 'protocol'
  /** The HTTP status; absent where there was no response. */
  status?: number
  detail: string
  /** Seconds. */
  retryAfter?: number
}
