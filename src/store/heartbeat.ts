import { ChatterdError } from '../protocol/errors.ts'
import type { HeartbeatResult } from '../turn/conversation-store.ts'
import type { Store } from './store.ts'

/** What a heartbeat tells, and whom. */
export interface HeartbeatOptions {
  /** How long a sign of life holds, in milliseconds; it is given three times in that time, and sooner again where it failed. */
  leaseMs: number
  /** The turns that this process runs. */
  turns(): readonly string[]
  /** How many more it can take over. */
  room?: (() => number) | undefined
  /** Told of what a sign of life brought to light, where it did. */
  onHeartbeat(pulse: HeartbeatResult): void
  /** Told of what is no absence of the database: unless it is mended, others will end the turns of this process. */
  onFault(fault: unknown): void
}

/** Signs of life until they are stopped. */
export interface Heartbeat {
  /** Resolves after the first sign, or its failure. */
  first: Promise<void>
  /** Takes this process off the list: its turns need not wait for the lease. */
  stop(): Promise<void>
}

/** Tells the database again and again that this process lives. While the database is away, nothing is told, and nobody else can be either. */
export function startHeartbeat(
  store: Pick<Store, 'heartbeat' | 'endLease'>,
  { leaseMs, turns, room, onHeartbeat, onFault }: HeartbeatOptions,
): Heartbeat {
  let beating: Promise<void> | undefined
  let retry: NodeJS.Timeout | undefined
  const beat = () => {
    clearTimeout(retry)
    // One that takes long is not followed by another.
    beating ??= store
      .heartbeat(turns(), room?.())
      .then((pulse) => {
        if (Object.values(pulse).some((turns) => turns.length > 0)) onHeartbeat(pulse)
      })
      .catch((error: unknown) => {
        if (!isAway(error)) onFault(error)
        // The sooner it is told that this process lives, once that can be told again, the better.
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
      await store.endLease().catch(() => {})
    },
  }
}

function isAway(error: unknown): boolean {
  return error instanceof ChatterdError && error.code === 'database-unavailable'
}
