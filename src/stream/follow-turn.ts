import { ChatterdError } from '../protocol/errors.ts'
import type { ErrorDetail, TurnEnd } from '../protocol/events.ts'
import { runTurn, type TurnPorts } from '../turn/run-turn.ts'
import { TurnAbort } from '../turn/turn-abort.ts'
import type { TurnState } from '../turn/turn-state.ts'
import type { LiveTurn } from './live-turn.ts'
import { persistentStore } from './persistent-store.ts'

/** What bounds one run of a turn, in milliseconds. */
export interface FollowLimits {
  /** How long it may run; time in which it waits for its device does not count. */
  turnTimeoutMs: number
  /** How long its writes are repeated while the database is away. */
  leaseMs: number
}

/** What a turn is run with. */
export interface FollowPorts extends TurnPorts {
  /** Told of what no client can be told: faults of ours. */
  onFault(fault: unknown, turn: string): void
}

/** Runs a turn and publishes what happens, to its last event. Never rejects. */
export async function followTurn(
  live: LiveTurn,
  state: TurnState,
  ports: FollowPorts,
  { turnTimeoutMs, leaseMs }: FollowLimits,
): Promise<void> {
  const persistent = { ...ports, store: persistentStore(ports.store, leaseMs) }
  const timer = setTimeout(() => live.abort(overtime(turnTimeoutMs)), turnTimeoutMs)
  try {
    await runTurn(state, persistent, live)
  } catch (error) {
    live.publish([await endLost(live, error, persistent)])
  } finally {
    clearTimeout(timer)
  }
}

/** How a turn ends that could not be run to its end: because it could not be stored, or by a fault of ours. */
async function endLost(live: LiveTurn, error: unknown, { store, onFault }: FollowPorts): Promise<TurnEnd> {
  if (error instanceof ChatterdError) {
    // Not ours any more, or not to be reached: there is nothing to write now. A sweep ends what is left running.
    return { type: 'turn-end', status: 'interrupted', error: { code: error.code, detail: error.message } }
  }
  onFault(error, live.id)
  const fault: ErrorDetail = {
    code: 'internal',
    detail: 'Something went wrong in chatterd; its log tells what.',
  }
  await store
    .endTurn({ turn: live.id, status: 'failed', error: fault })
    .catch((again: unknown) => onFault(again, live.id))
  return { type: 'turn-end', status: 'failed', error: fault }
}

function overtime(ms: number): TurnAbort {
  const detail = `The turn ran for ${ms / 1000} s without coming to an end (setting CHATTERD_TURN_TIMEOUT).`
  return new TurnAbort('failed', { code: 'turn-timeout', detail })
}
