import { errorMessages } from '../protocol/error-messages.ts'
import { ChatterdError, quotingCodes } from '../protocol/errors.ts'
import type { ErrorDetail, TurnEvent, TurnStatus } from '../protocol/events.ts'
import type { TurnState } from '../turn/ports/turn-state.ts'
import { requestIds } from './request-id.ts'

/** What came of one run of a turn in this process: until it ended, or waits for its device, after which it goes on with another run. */
export interface RunReport {
  turn: string
  /** The request that began the turn or made it go on; absent for a turn that was adopted from another process. */
  request?: string
  conversation: string
  model: string
  status: TurnStatus
  /** Of this run, as all that follows. */
  steps: number
  calls: number
  promptTokens: number
  outputTokens: number
  /** From the beginning of the run, in milliseconds; absent where no token has come. */
  firstTokenMs?: number
  ms: number
  /** Codes of its notices; absent where there were none. */
  notices?: string[]
  /** Why it did not complete. */
  error?: ReportedError
}

export interface ReportedError extends Pick<ErrorDetail, 'code'> {
  /** Absent where it quotes a result of a tool. */
  detail?: string
  /** What the causes of the error say, which clients do not read. */
  cause?: string
}

/** Adds up a run from its events. */
export class RunRecorder {
  readonly #report: RunReport
  readonly #begunAt = performance.now()
  #cause: string | undefined

  constructor({ id: turn, conversation, request: { model } }: TurnState) {
    const request = requestIds.getStore()
    this.#report = {
      ...{ turn, ...(request !== undefined && { request }), conversation: conversation.name, model },
      ...{ status: 'running', steps: 0, calls: 0, promptTokens: 0, outputTokens: 0, ms: 0 },
    }
  }

  take(events: readonly TurnEvent[]): void {
    const report = this.#report
    for (const event of events) {
      switch (event.type) {
        case 'text-delta':
        case 'thinking-delta':
          report.firstTokenMs ??= this.#elapsedMs
          break
        case 'call-start':
          report.calls += 1
          break
        case 'step-end':
          report.steps += 1
          report.promptTokens += event.usage.promptTokens ?? 0
          report.outputTokens += event.usage.outputTokens ?? 0
          break
        case 'notice':
          report.notices = [...(report.notices ?? []), event.code]
          break
        case 'turn-waiting':
          report.status = 'waiting'
          break
        case 'turn-end':
          report.status = event.status
          if (event.error) report.error = this.#reported(event.error)
      }
    }
  }

  /** The error that the run ends with. */
  fail(error: unknown): void {
    this.#cause = causeOf(error)
  }

  /** The report of a run that is over now. */
  end(): RunReport {
    return { ...this.#report, ms: this.#elapsedMs }
  }

  #reported({ code, detail }: ErrorDetail): ReportedError {
    return {
      ...{ code, ...(!quotingCodes.has(code) && { detail }) },
      ...(this.#cause && { cause: this.#cause }),
    }
  }

  get #elapsedMs(): number {
    return Math.round(performance.now() - this.#begunAt)
  }
}

/** What is not in the error that clients read; of a fault of chatterd, all that it says. */
function causeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const [own, ...causes] = errorMessages(error)
  if (error instanceof ChatterdError) return causes.join(': ') || undefined
  // The message of JSON.parse quotes what it could not read.
  const isQuote = own === undefined || error instanceof SyntaxError
  return [error.name, ...(isQuote ? [] : [own]), ...causes].join(': ')
}
