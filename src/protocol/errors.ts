/**
 * Every error that a client can be told: its code and the HTTP status that goes with it where the answer has not begun.
 * The one table; `docs/native.md` and `docs/dialect.md` are held against it by a test.
 */
export const errorStatus = {
  'invalid-request': 422,
  'request-too-large': 413,
  'not-found': 404,
  'unknown-model': 404,
  'conversation-busy': 409,
  'no-open-call': 409,
  'unknown-call': 404,
  'result-conflict': 409,
  'call-closed': 410,
  'key-reused': 422,
  'too-many-requests': 429,
  'engine-unreachable': 502,
  'engine-failed': 502,
  'engine-cut': 502,
  'engine-refused': 422,
  'engine-busy': 503,
  'engine-timeout': 504,
  'context-overflow': 422,
  'database-unavailable': 503,
  'shutting-down': 503,
  'step-limit': 500,
  'call-limit': 500,
  'answer-limit': 500,
  'turn-timeout': 504,
  'turn-lost': 500,
  'tool-service-failed': 500,
  internal: 500,
} as const

/** A code from the table. */
export type ErrorCode = keyof typeof errorStatus

/** The one error type that is told to clients: a code from the table and words that a person can act on. */
export class ChatterdError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(detail, options)
    this.name = 'ChatterdError'
    this.code = code
  }

  /** HTTP status of the code. */
  get status(): number {
    return errorStatus[this.code]
  }
}
