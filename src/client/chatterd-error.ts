import type { ErrorMembers } from './error-members.ts'

/** Why a request failed, a turn could not be followed, or an answer was not taken. Programs decide by the `code`; `detail` is for people. */
export class ChatterdError extends Error implements ErrorMembers {
  declare readonly code: ErrorMembers['code']
  declare readonly detail: string
  declare readonly status?: number
  declare readonly retryAfter?: number

  constructor(members: ErrorMembers, cause?: unknown) {
    super(members.detail, { cause })
    Object.assign(this, members)
  }

  // Not a member of its own: states have copies of those.
  override get name(): string {
    return 'ChatterdError'
  }
}

/** There was no response, or it broke off. */
export function networkError(cause: unknown, url: string): ChatterdError {
  // Node says in the cause what it is.
  const { message, cause: inner } = cause as Error
  const detail = `${url}: ${(inner as Error | undefined)?.message || message}`
  return new ChatterdError({ code: 'network', detail }, cause)
}

/** What came is not as chatterd sends it. */
export function protocolError(cause: unknown): ChatterdError {
  return new ChatterdError({ code: 'protocol', detail: `The response is not chatterd's: ${cause}` }, cause)
}

/**
 * True where the same request, sent again a little later, can succeed: nothing came back, what came was broken, or the server is busy or away. What chatterd
 * itself says of its engine, with 502 and 504, is for the user to know at once.
 */
export function isPassing(error: unknown): error is ChatterdError {
  if (!(error instanceof ChatterdError)) return false
  const { code, status } = error
  if (status === 429 || status === 503) return true
  const isUnsaid = code === 'network' || code === 'protocol'
  return isUnsaid && (status === undefined || [408, 425, 502, 504].includes(status))
}

/** The members alone, as states have them. */
export function membersOf(error: ErrorMembers): ErrorMembers {
  return { ...error }
}

/** The error of a response that is none of success: `application/problem+json` (RFC 9457), or whatever a gateway in between has sent. */
export async function readError(response: Response, now: number): Promise<ChatterdError> {
  const { status, statusText, headers } = response
  const retryAfter = readRetryAfter(headers.get('retry-after'), now)
  const more = { status, ...(retryAfter !== undefined && { retryAfter }) }
  try {
    const { code, detail } = JSON.parse(await response.text())
    if (code) return new ChatterdError({ code, detail: String(detail), ...more })
  } catch {}
  return new ChatterdError({ ...protocolError(`${status} ${statusText}`), ...more })
}

/** Seconds, from a number of seconds or a date (RFC 9110, 10.2.3). */
function readRetryAfter(value: string | null, now: number): number | undefined {
  if (!value) return undefined
  const seconds = Number(value)
  const wait = Number.isNaN(seconds) ? (Date.parse(value) - now) / 1_000 : seconds
  return wait >= 0 ? wait : undefined
}
