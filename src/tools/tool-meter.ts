import type { CallLimits } from '../protocol/call-limits.ts'
import { CallSlots } from './call-slots.ts'

/** How often a tool was called since the process has started. */
export interface ToolCounts {
  /** Calls that were run, or refused because of their arguments or a limit. */
  calls: number
  /** Those of them that did not succeed. */
  failures: number
  /** How much was mended in those that were run. */
  repairs: number
}

const minuteMs = 60_000

/** Counts the calls of one tool, and knows when another one may begin. */
export class ToolMeter {
  readonly counts: ToolCounts = { calls: 0, failures: 0, repairs: 0 }
  readonly slots = new CallSlots(Number.POSITIVE_INFINITY)
  #limits: CallLimits = {}
  /** When the calls of the last minute began, oldest first: no more than the limit. */
  #begun: number[] = []

  get limits(): CallLimits {
    return this.#limits
  }

  set limits(limits: CallLimits) {
    this.#limits = limits
    this.slots.limit = limits.callsAtOnce ?? Number.POSITIVE_INFINITY
  }

  /** In how many milliseconds a call may begin, at this time; 0 where it may at once. */
  waitMs(now: number): number {
    const { callsPerMinute } = this.#limits
    if (callsPerMinute === undefined) return 0
    this.#begun = this.#begun.filter((time) => time > now - minuteMs)
    const earliest = this.#begun.at(-callsPerMinute)
    return earliest === undefined ? 0 : earliest + minuteMs - now
  }

  /** Lets a call begin at this time; returns 0, or in how many milliseconds it may be tried again. */
  begin(now: number): number {
    const waitMs = this.waitMs(now)
    if (waitMs === 0 && this.#limits.callsPerMinute !== undefined) this.#begun.push(now)
    return waitMs
  }

  /** True where neither calls that run nor those of the last minute count for the next one. */
  isIdle(now: number): boolean {
    return this.slots.isFree && (this.#begun.at(-1) ?? Number.NEGATIVE_INFINITY) <= now - minuteMs
  }

  /** Counts from zero again. */
  reset(): void {
    Object.assign(this.counts, { calls: 0, failures: 0, repairs: 0 })
  }

  count({ isFailed, repairs = 0 }: { isFailed: boolean; repairs?: number | undefined }): void {
    this.counts.calls += 1
    if (isFailed) this.counts.failures += 1
    this.counts.repairs += repairs
  }
}
