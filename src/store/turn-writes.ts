import type { TurnStore } from '../turn/turn-store.ts'
import { faultArgument, messageArgument, outcomeArgument, placeArgument } from './arguments.ts'
import type { CallFunction } from './call-function.ts'
import type { LogCache } from './log-cache.ts'
import { type CallRow, type ChunkRow, callOf, chunkOf } from './rows.ts'
import { uuidv7 } from './uuidv7.ts'

/** What `end_calls` gives. */
interface CallsEndedRow {
  status: 'running' | 'waiting'
  calls: CallRow[]
  told: ChunkRow | null
}

/** What the turns of a process write. */
export function turnWrites(call: CallFunction, runner: string, logs: LogCache): TurnStore {
  return {
    async endStep({ turn, step, message, status, error, cut }, events) {
      const about = { turn, runner, step, status, cut, error: faultArgument(error) }
      const given = { about, message: messageArgument(message), events }
      const seq = await call<number>('end_step', given)
      return { ...message, seq, turn, complete: true }
    },

    async endCalls(turn, outcomes, events) {
      const given = { turn, runner, results: outcomes.map(outcomeArgument), events }
      const { status, calls, told } = await call<CallsEndedRow>('end_calls', given)
      return { status, calls: calls.map(callOf), told: told ? chunkOf(told) : undefined }
    },

    async endTurn({ turn, status, error, partial }, events) {
      const message = partial && messageArgument({ ...partial, complete: false })
      const given = { turn, runner, status, error: faultArgument(error), partial: message, events }
      return await call<boolean>('end_turn', given)
    },

    withdraw({ turn, conversation, answered }) {
      logs.withdraw(turn)
      return call('withdraw', {
        ...{ turn, runner, ...placeArgument(conversation) },
        conversationId: uuidv7(),
        answered: answered.map(({ seq, index }) => ({ seq, index })),
      })
    },
  }
}
