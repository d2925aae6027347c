import type { StoreOptions } from '../../src/store/store-options.ts'
import type { LiveLimits } from '../../src/stream/live-turns.ts'
import type { TurnLimits } from '../../src/turn/ports/turn-state.ts'

/** Events of a turn that may be published before they are in the journal: few, so that the turn soon waits for it. */
export const maxUnjournaledEvents = 2
/** How often a call is started that may be started again. */
export const toolStarts = 2

/** Of the store; its leases last longer than any race, and are ended by hand. */
export const storeOptions: Omit<StoreOptions, 'runner' | 'alone'> = {
  ...{
    leaseMs: 600_000,
    maxTools: 4,
    logCacheBytes: 1_000_000,
    busyQueue: 3,
    maxUnjournaledEvents,
    toolStarts,
  },
  ...{ callTimeoutMs: 3_600_000, keyLifeMs: 3_600_000, eventRetentionMs: 3_600_000 },
}
/** Of the core: in the time of the virtual clock. */
export const limits: LiveLimits = {
  maxTurns: 12,
  turnTimeoutMs: 4_000,
  busyWaitMs: 3_000,
  maxUnjournaledEvents,
  journalDelayMs: 45,
  leaseMs: 2_000,
}
export const turnLimits: TurnLimits = { maxSteps: 4, maxCalls: 8, maxAnswerBytes: 10_000 }
