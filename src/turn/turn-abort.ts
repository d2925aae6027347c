import { ChatterdError } from '../protocol/errors.ts'
import type { ErrorDetail, TurnEnd } from '../protocol/events.ts'
import type { TurnEnding } from './ports/turn-store.ts'

/** Why a turn has to end before its time: the reason that its signal is aborted with. */
export class TurnAbort extends Error {
  readonly status: TurnEnd['status']
  /** Absent where nothing went wrong: somebody wanted it so. */
  readonly detail: ErrorDetail | undefined

  constructor(status: TurnEnd['status'], detail?: ErrorDetail) {
    super(detail?.detail ?? `The turn was ${status}.`)
    this.name = 'TurnAbort'
    this.status = status
    this.detail = detail
  }
}

/** How a turn ends that comes to no whole answer. */
type Ending = Pick<TurnEnding, 'status' | 'error'>

/** How a turn ends that met `error` or was aborted; undefined where the error is none that clients are told. */
export function endingOf(error: unknown, signal: AbortSignal): Ending | undefined {
  const cause = signal.aborted ? signal.reason : error
  if (cause instanceof TurnAbort)
    return { status: cause.status, ...(cause.detail && { error: cause.detail }) }
  if (cause instanceof ChatterdError)
    return { status: 'failed', error: { code: cause.code, detail: cause.message } }
  return undefined
}
