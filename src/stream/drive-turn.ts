import { ChatterdError } from '../protocol/errors.ts'
import type { ErrorDetail } from '../protocol/events.ts'
import type { TurnState } from '../turn/ports/turn-state.ts'
import type { TurnStore } from '../turn/ports/turn-store.ts'
import type { TurnWrites } from '../turn/ports/turn-writes.ts'
import { runTurn } from '../turn/run-turn.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { turnEnd } from '../turn/turn-events.ts'
import type { TurnPorts } from '../turn/turn-ports.ts'
import { journaledStore } from './journaled-store.ts'
import type { LiveTurn } from './live-turn.ts'
import { retryingStore } from './retrying-store.ts'

/** What bounds one run of a turn, in milliseconds. */
export interface DriveLimits {
  /** How long it may run, without the time in which it waits for its device. */
  turnTimeoutMs: number
  /** How long its writes are repeated while the database is away. */
  leaseMs: number
}

/** What a turn is run with. */
export interface DrivePorts extends Omit<TurnPorts, 'store'> {
  store: TurnWrites
  /** Called with faults of chatterd itself, which no client can do anything about. */
  onFault(fault: unknown, turn: string): void
}

/** Runs a turn and publishes its events, to the last one. Never rejects. */
export async function driveTurn(
  live: LiveTurn,
  state: TurnState,
  ports: DrivePorts,
  { turnTimeoutMs, leaseMs }: DriveLimits,
): Promise<void> {
  const store = journaledStore(retryingStore(ports.store, leaseMs), live)
  const timer = setTimeout(() => live.abort(overtime(turnTimeoutMs)), turnTimeoutMs)
  try {
    await runTurn(state, { ...ports, store }, live)
  } catch (error) {
    await endLost(live, error, store, ports.onFault)
  } finally {
    clearTimeout(timer)
  }
}

/** Ends a turn that could not be run to its end: its outcome could not be stored, or chatterd has a fault. */
async function endLost(
  live: LiveTurn,
  error: unknown,
  store: TurnStore,
  onFault: DrivePorts['onFault'],
): Promise<void> {
  live.onFailure(error)
  if (error instanceof ChatterdError) {
    const detail = { code: error.code, detail: error.message }
    if (error.code === 'turn-lost') return live.publishLost(detail)
    // The database is away: nothing can be written now. A heartbeat ends what is left running, and followers read that in the
    // journal.
    return live.publishUnjournaled([turnEnd({ status: 'interrupted', error: detail })])
  }
  onFault(error, live.id)
  const ending = { turn: live.id, status: 'failed' as const, error: fault }
  try {
    await store.endTurn(ending, [turnEnd(ending)])
  } catch (again) {
    onFault(again, live.id)
    live.publishUnjournaled([turnEnd(ending)])
  }
}

const fault: ErrorDetail = {
  code: 'internal',
  detail: 'Something went wrong in chatterd; its log has the details.',
}

function overtime(ms: number): TurnAbort {
  const detail = `The turn ran for ${ms / 1000} s without coming to an end (setting CHATTERD_TURN_TIMEOUT).`
  return new TurnAbort('failed', { code: 'turn-timeout', detail })
}
