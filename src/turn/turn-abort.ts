import { ChatterdError } from '../protocol/errors.ts'
import type { ErrorDetail, TurnEnd } from '../protocol/events.ts'
import type { TurnEnding } from './ports/turn-store.ts'

/** Why a turn has to end early: the reason with which its signal is aborted. */
export class TurnAbort extends Error {
  readonly status: TurnEnd['status']
  /** Absent where nothing went wrong: a client asked for it. */
  readonly detail: ErrorDetail | undefined

  constructor(status: TurnEnd['status'], detail?: ErrorDetail) {
    super(detail?.detail ?? `The turn was ${status}.`)
    this.name = 'TurnAbort'
    this.status = status
    this.detail = detail
  }
}

/** How a turn ends that comes to no whole reply. */
type Ending = Pick<TurnEnding, 'status' | 'error'>

/** How a turn ends after `error` or an abort; undefined where the error is a fault of chatterd itself. */
export function endingOf(error: unknown, signal: AbortSignal): Ending | undefined {
  const cause = signal.aborted ? signal.reason : error
  if (cause instanceof TurnAbort)
    return { status: cause.status, ...(cause.detail && { error: cause.detail }) }
  if (cause instanceof ChatterdError)
    return { status: 'failed', error: { code: cause.code, detail: cause.message } }
  return undefined
}
