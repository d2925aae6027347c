import { isDatabaseUnavailable } from '../protocol/errors.ts'
import type { HeartbeatResult, ProcessLease } from '../turn/ports/process-lease.ts'
import type { LeaseThread } from './lease-thread.ts'

export interface HeartbeatOptions {
  /**
   * How long after the last heartbeat of a process its turns have ended, in milliseconds. Its lease lasts two thirds of this time. It is
   * renewed three times as often, and sooner after a heartbeat that failed.
   */
  leaseMs: number
  /** The turns that this process runs. */
  turns(): readonly string[]
  /** How many more turns it can adopt. */
  room?: (() => number) | undefined
  /** Renews the lease while this thread is busy. */
  leaseThread?: LeaseThread | undefined
  /** Called with each result that is not empty. */
  onHeartbeat(result: HeartbeatResult): void
  /** Called when a heartbeat fails with another error than `database-unavailable`. While they fail, this process can lose its turns. */
  onFault(fault: unknown): void
}

/** Heartbeats that are sent until they are stopped. */
export interface Heartbeat {
  /** Resolves after the first heartbeat, also where it has failed. */
  first: Promise<void>
  /** Stops the heartbeats and ends the lease, so that other processes need not wait for its end. */
  stop(): Promise<void>
}

/** Renews the lease of this process by heartbeats. */
export function startHeartbeat(
  lease: ProcessLease,
  { leaseMs, turns, room, leaseThread, onHeartbeat, onFault }: HeartbeatOptions,
): Heartbeat {
  let inFlight: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined
  const beat = () => {
    clearTimeout(retry)
    leaseThread?.markAlive()
    // One at a time: a slow heartbeat is not followed by a second one.
    inFlight ??= lease
      .heartbeat(turns(), room?.())
      .then((result) => {
        if (Object.values(result).some((turns) => turns.length > 0)) onHeartbeat(result)
      })
      .catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) onFault(error)
        else retry = setTimeout(beat, leaseMs / 10)
      })
      .finally(() => {
        inFlight = undefined
      })
    return inFlight
  }
  const timer = setInterval(beat, (leaseMs * 2) / 9)
  return {
    first: beat(),
    async stop() {
      clearInterval(timer)
      await Promise.all([inFlight, leaseThread?.stop()])
      clearTimeout(retry)
      const calls = await lease.endLease().catch(() => [])
      if (calls.length > 0) onHeartbeat({ ended: [], adopted: [], cancelled: [], calls })
    },
  }
}
