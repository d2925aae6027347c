/** What bounds the calls of one tool in one process. Absent: nothing but the limits of all tools. */
export interface CallLimits {
  /** Calls that run at once. */
  readonly callsAtOnce?: number | undefined
  /** Calls that begin within a minute. */
  readonly callsPerMinute?: number | undefined
}

/** The same for each tool whose name fits a pattern. */
export interface PatternLimits extends CallLimits {
  readonly pattern: string
}

/** The most that a tool can be limited to. */
export const maxCallLimit = 100_000
