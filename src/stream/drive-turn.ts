import { ChatterdError } from '../protocol/errors.ts'
import type { ErrorDetail } from '../protocol/events.ts'
import { runTurn, type TurnPorts } from '../turn/run-turn.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import { turnEnd } from '../turn/turn-events.ts'
import type { TurnState } from '../turn/turn-state.ts'
import type { LiveTurn } from './live-turn.ts'
import { retryingStore } from './retrying-store.ts'

/** What bounds one run of a turn, in milliseconds. */
export interface DriveLimits {
  /** How long it may run; time in which it waits for its device does not count. */
  turnTimeoutMs: number
  /** How long its writes are repeated while the database is away. */
  leaseMs: number
}

/** What a turn is run with. */
export interface DrivePorts extends TurnPorts {
  /** Told of what no client can be told: faults of ours. */
  onFault(fault: unknown, turn: string): void
}

/** Runs a turn and publishes what happens, to its last event. Never rejects. */
export async function driveTurn(
  live: LiveTurn,
  state: TurnState,
  ports: DrivePorts,
  { turnTimeoutMs, leaseMs }: DriveLimits,
): Promise<void> {
  const persistent = { ...ports, store: retryingStore(ports.store, leaseMs) }
  const timer = setTimeout(() => live.abort(overtime(turnTimeoutMs)), turnTimeoutMs)
  try {
    await runTurn(state, persistent, live)
  } catch (error) {
    await endLost(live, error, persistent)
  } finally {
    clearTimeout(timer)
  }
}

/** Ends a turn that could not be run to its end: because it could not be stored, or by a fault of ours. */
async function endLost(live: LiveTurn, error: unknown, { store, onFault }: DrivePorts): Promise<void> {
  if (error instanceof ChatterdError) {
    // Not ours any more, or not to be reached: there is nothing to write now. A sweep ends what is left running, and whoever
    // follows the turn by its events reads them there.
    const detail = { code: error.code, detail: error.message }
    return live.told([turnEnd({ status: 'interrupted', error: detail })], undefined)
  }
  onFault(error, live.id)
  const ending = { turn: live.id, status: 'failed' as const, error: fault }
  try {
    await live.commit([turnEnd(ending)], (chunks) => store.endTurn(ending, chunks))
  } catch (again) {
    onFault(again, live.id)
    live.told([turnEnd(ending)], undefined)
  }
}

const fault: ErrorDetail = {
  code: 'internal',
  detail: 'Something went wrong in chatterd; its log tells what.',
}

function overtime(ms: number): TurnAbort {
  const detail = `The turn ran for ${ms / 1000} s without coming to an end (setting CHATTERD_TURN_TIMEOUT).`
  return new TurnAbort('failed', { code: 'turn-timeout', detail })
}
