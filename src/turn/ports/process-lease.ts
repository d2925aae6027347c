import type { EndedCall } from './ended-call.ts'
import type { TurnState } from './turn-state.ts'

/** What a heartbeat has led to. */
export interface HeartbeatResult {
  /** Turns that were ended because no process ran them any more. */
  ended: string[]
  /** Turns that this process has to go on with: of processes that are gone, or whose device calls have expired. */
  adopted: TurnState[]
  /** Turns of this process that a client asked to cancel. */
  cancelled: string[]
  /** Calls that no process has run to their end, by their device for example. Each is given to one process, which reports it. */
  calls: EndedCall[]
}

/** The lease of this process: without a heartbeat in time, other processes end or adopt its turns. Throws `database-unavailable`. */
export interface ProcessLease {
  /**
   * Renews the lease. `running`: the turns that this process runs. `room`: how many more it can adopt now. Also recovers turns that no
   * process runs, expires device calls, and removes what is kept for a limited time.
   */
  heartbeat(running: readonly string[], room?: number): Promise<HeartbeatResult>
  /** Ends the lease, when this process runs nothing any more. Returns calls that it still has to report. */
  endLease(): Promise<EndedCall[]>
}
