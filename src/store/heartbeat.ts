import { isDatabaseUnavailable } from '../protocol/errors.ts'
import type { HeartbeatResult, ProcessLease } from '../turn/ports/process-lease.ts'

/** What heartbeats are sent with. */
export interface HeartbeatOptions {
  /** How long the lease lasts, in milliseconds. It is renewed three times in this time, and sooner where that has failed. */
  leaseMs: number
  /** The turns that this process runs. */
  turns(): readonly string[]
  /** How many more it can adopt. */
  room?: (() => number) | undefined
  /** Called with each result that is not empty. */
  onHeartbeat(result: HeartbeatResult): void
  /** Called with an error that is no absence of the database: until it is mended, this process loses its turns. */
  onFault(fault: unknown): void
}

/** Heartbeats that are sent until they are stopped. */
export interface Heartbeat {
  /** Resolves after the first heartbeat, or its failure. */
  first: Promise<void>
  /** Ends the lease, so that nobody waits for it to run out. */
  stop(): Promise<void>
}

/** Renews the lease of this process again and again. */
export function startHeartbeat(
  lease: ProcessLease,
  { leaseMs, turns, room, onHeartbeat, onFault }: HeartbeatOptions,
): Heartbeat {
  let beating: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined
  const beat = () => {
    clearTimeout(retry)
    // A slow one is not followed by another.
    beating ??= lease
      .heartbeat(turns(), room?.())
      .then((result) => {
        if (Object.values(result).some((turns) => turns.length > 0)) onHeartbeat(result)
      })
      .catch((error: unknown) => {
        if (!isDatabaseUnavailable(error)) onFault(error)
        else retry = setTimeout(beat, leaseMs / 10)
      })
      .finally(() => {
        beating = undefined
      })
    return beating
  }
  const timer = setInterval(beat, leaseMs / 3)
  return {
    first: beat(),
    async stop() {
      clearInterval(timer)
      await beating
      clearTimeout(retry)
      await lease.endLease().catch(() => {})
    },
  }
}
