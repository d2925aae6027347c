import type { ErrorMembers } from './error-members.ts'

/** Why a request failed, a turn could not be followed, or an answer was not taken. Programs decide by the `code`; `detail` is for people. */
export class ChatterdError extends Error implements ErrorMembers {
  readonly code: ErrorMembers['code']
  readonly detail: string
  declare readonly status?: number
  declare readonly retryAfter?: number

  constructor({ code, detail, status, retryAfter }: ErrorMembers, options?: { cause?: unknown }) {
    super(detail, options)
    this.name = 'ChatterdError'
    this.code = code
    this.detail = detail
    if (status !== undefined) this.status = status
    if (retryAfter !== undefined) this.retryAfter = retryAfter
  }
}

/** Statuses with which gateways and servers say that it may work a little later. */
const passing = new Set([408, 425, 429, 502, 503, 504])

/**
 * True where the same request, sent again a little later, can succeed: nothing came back, what came was broken, or the server is busy or away. What chatterd
 * itself says of its engine, with 502 and 504, is for the user to know at once.
 */
export function isPassing(error: unknown): error is ChatterdError {
  if (!(error instanceof ChatterdError)) return false
  const { code, status } = error
  if (code === 'network') return true
  if (code === 'protocol') return status === undefined || passing.has(status)
  return status === 429 || status === 503
}

/** The members alone, as states have them. */
export function membersOf({ code, detail, status, retryAfter }: ErrorMembers): ErrorMembers {
  return {
    ...{ code, detail },
    ...(status !== undefined && { status }),
    ...(retryAfter !== undefined && { retryAfter }),
  }
}

/** The error of a response that is none of success: `application/problem+json` (RFC 9457), or whatever a gateway in between has sent. */
export async function readError(response: Response, now: number): Promise<ChatterdError> {
  const text = await response.text().catch(() => '')
  const { status } = response
  const retryAfter = readRetryAfter(response.headers.get('retry-after'), now)
  const more = { status, ...(retryAfter !== undefined && { retryAfter }) }
  try {
    const { code, detail, title } = JSON.parse(text)
    if (typeof code === 'string')
      return new ChatterdError({
        code: code as ErrorMembers['code'],
        detail: String(detail ?? title),
        ...more,
      })
  } catch {}
  const said = `The server responded with ${status} ${response.statusText}`.trimEnd()
  return new ChatterdError({ code: 'protocol', detail: `${said}: it does not seem to be chatterd.`, ...more })
}

/** Seconds, from a number of seconds or a date (RFC 9110, 10.2.3). */
function readRetryAfter(value: string | null, now: number): number | undefined {
  if (!value) return undefined
  const seconds = Number(value)
  const wait = Number.isNaN(seconds) ? (Date.parse(value) - now) / 1_000 : seconds
  return wait >= 0 ? wait : undefined
}
