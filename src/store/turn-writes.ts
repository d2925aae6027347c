import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnWrites } from '../turn/ports/turn-writes.ts'
import {
  bodiesOf,
  conversationArgument,
  errorArgument,
  messageArgument,
  resultArgument,
} from './arguments.ts'
import type { CallFunction } from './call-function.ts'
import type { LogCache } from './log-cache.ts'
import { type CallRow, callOf, namesOf } from './rows.ts'
import { uuidv7 } from './uuidv7.ts'

/** What `end_calls` returns. */
interface CallsRow {
  status: 'running' | 'waiting'
  calls: CallRow[]
  approvedTools: string[]
  appended: EventChunk | null
}

/** The writes of the turns that this process, `runner`, runs. */
export function createTurnWrites(call: CallFunction, runner: string, logCache: LogCache): TurnWrites {
  return {
    async endStep({ turn, step, message, status, error, promptFrom, truncation }, chunks, run) {
      const about = {
        ...{ turn, runner, run, step, status, promptFrom, error: errorArgument(error) },
        truncation: truncation && JSON.stringify(truncation),
      }
      const argument = { about, message: messageArgument(message), events: chunks }
      const seq = await call<number>('end_step', argument, bodiesOf([message]))
      return { ...message, seq, turn, complete: true }
    },

    async endCalls(turn, results, chunks, run) {
      const argument = { turn, runner, run, results: results.map(resultArgument), events: chunks }
      const { status, calls, approvedTools, appended } = await call<CallsRow>('end_calls', argument)
      return {
        ...{ status, calls: calls.map(callOf), approvedTools: namesOf(approvedTools) },
        appended: appended ?? undefined,
      }
    },

    async endTurn({ turn, status, error, partial }, chunks, run) {
      const finishReason = status === 'cancelled' ? 'cancelled' : 'error'
      const message = partial && messageArgument({ ...partial, complete: false, finishReason })
      const argument = {
        ...{ turn, runner, run, status, error: errorArgument(error) },
        ...{ partial: message, events: chunks },
      }
      return await call<boolean>('end_turn', argument, bodiesOf(partial ? [partial] : []))
    },

    withdraw({ turn, conversation, results }, run) {
      logCache.withdraw(turn)
      return call('withdraw_turn', {
        ...{ turn, runner, run, ...conversationArgument(conversation) },
        conversationId: uuidv7(),
        results: results.map(({ seq, index }) => ({ seq, index })),
      })
    },
  }
}
