/** What holds for every error of one code. */
export interface ErrorKind {
  /** The HTTP status of the response, where it has not begun. */
  status: number
  /** The code in a few words, the same for every error of this code. */
  title: string
  /** True where the cause can pass by itself: the same request, sent again later, can then succeed. */
  retry: boolean
}

/** All errors that clients can get, by code. Tests hold the tables of `docs/native.md` and `docs/dialect.md` against this one. */
export const errorKinds = {
  'invalid-request': { status: 422, title: 'The request is not as expected', retry: false },
  'request-too-large': { status: 413, title: 'The request is too large', retry: false },
  'wrong-host': { status: 421, title: 'The server does not have this name', retry: false },
  'origin-not-allowed': { status: 403, title: 'The page may not use this server', retry: false },
  'not-found': { status: 404, title: 'Not found', retry: false },
  'method-not-allowed': { status: 405, title: 'The path does not have this method', retry: false },
  'expectation-failed': { status: 417, title: 'The server does not do what is expected', retry: false },
  'unknown-model': { status: 404, title: 'The engine has no such model', retry: false },
  'conversation-busy': { status: 409, title: 'The conversation is busy', retry: true },
  'no-open-call': { status: 409, title: 'No call is open', retry: false },
  'unknown-call': { status: 404, title: 'The turn has no such call', retry: false },
  'result-conflict': { status: 409, title: 'The call has another result already', retry: false },
  'approval-conflict': { status: 409, title: 'The approval does not fit the call', retry: false },
  'call-closed': { status: 410, title: 'The call is closed', retry: false },
  'key-reused': { status: 422, title: 'The key belongs to another request', retry: false },
  'too-many-requests': { status: 429, title: 'Too many turns at once', retry: true },
  'engine-unreachable': { status: 502, title: 'The engine cannot be reached', retry: true },
  'engine-failed': { status: 502, title: 'The engine failed', retry: false },
  'engine-cut': { status: 502, title: "The engine's answer broke off", retry: true },
  'engine-refused': { status: 422, title: 'The engine refused', retry: false },
  'engine-busy': { status: 503, title: 'The engine is busy', retry: true },
  'engine-timeout': { status: 504, title: 'The engine took too long', retry: true },
  'context-overflow': { status: 422, title: "The prompt does not fit the model's context", retry: false },
  'database-unavailable': { status: 503, title: 'The database cannot be reached', retry: true },
  'shutting-down': { status: 503, title: 'The server is shutting down', retry: true },
  'call-repeated': { status: 500, title: 'The same call failed again and again', retry: false },
  'step-limit': { status: 500, title: 'Too many steps', retry: false },
  'call-limit': { status: 500, title: 'Too many calls at once', retry: false },
  'answer-limit': { status: 500, title: 'The answer is too long', retry: false },
  'turn-timeout': { status: 504, title: 'The turn took too long', retry: false },
  'turn-lost': { status: 500, title: 'The turn was lost', retry: true },
  'tool-service-failed': { status: 500, title: 'A service failed', retry: true },
  internal: { status: 500, title: 'A fault of chatterd', retry: false },
} as const satisfies Record<string, ErrorKind>

/** A code from the table. */
export type ErrorCode = keyof typeof errorKinds

/** Errors whose words quote a result of a tool: the log has their codes alone. */
export const quotingCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['call-repeated'])

/** The one error type whose message is sent to clients: it says what is wrong, and what a person can do about it. */
export class ChatterdError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(detail, options)
    this.name = 'ChatterdError'
    this.code = code
  }

  /** HTTP status of the code. */
  get status(): number {
    return errorKinds[this.code].status
  }
}

/** True where the database could not be reached: it may have done what it was asked to do, or not. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return error instanceof ChatterdError && error.code === 'database-unavailable'
}
