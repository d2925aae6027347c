import type { LogMessage } from '../protocol/message.ts'
import type { TurnState } from './ports/turn-state.ts'

/** The newest message of the log, where it is the model's reply in this turn. */
export function lastReply(state: TurnState): LogMessage | undefined {
  const last = state.log.at(-1)
  return state.step > 0 && last?.role === 'assistant' && last.turn === state.id ? last : undefined
}

/** The state with `message` as the newest of the log; it replaces the newest one where that has the same number. */
export function withMessage(state: TurnState, message: LogMessage): TurnState {
  const kept = state.log.at(-1)?.seq === message.seq ? state.log.slice(0, -1) : state.log
  return { ...state, log: [...kept, message] }
}
