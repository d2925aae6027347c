import type { LogMessage } from '../protocol/message.ts'
import type { TurnState } from './ports/turn-state.ts'

/** The turn's newest message, where it is the model's answer of this turn. */
export function lastReply(state: TurnState): LogMessage | undefined {
  const last = state.log.at(-1)
  return state.step > 0 && last?.role === 'assistant' && last.turn === state.id ? last : undefined
}

/** The state with `message` as the newest of the log, or, where its number is there already, in place of the newest. */
export function withMessage(state: TurnState, message: LogMessage): TurnState {
  const kept = state.log.at(-1)?.seq === message.seq ? state.log.slice(0, -1) : state.log
  return { ...state, log: [...kept, message] }
}
