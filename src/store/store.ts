import { hostname } from 'node:os'
import type { Call } from '../protocol/call.ts'
import { ChatterdError } from '../protocol/errors.ts'
import type { ConversationStore } from '../turn/conversation-store.ts'
import type { CallOutcome } from '../turn/turn-store.ts'
import type { Database } from './database.ts'
import { LogCache } from './log-cache.ts'
import {
  type CallRow,
  callOf,
  messageArgument,
  type NewestTurnRow,
  newestTurnOf,
  outcomeArgument,
  type StateRow,
  stateOf,
  toolArguments,
} from './rows.ts'
import { uuidv7 } from './uuidv7.ts'

/** What the store is told at its start. */
export interface StoreOptions {
  /** This process, among those that serve the same database: a new UUID at each start. */
  runner: string
  /** How long a turn belongs to a process that gives no sign of life, in milliseconds. */
  leaseMs: number
  /** Device tools that a conversation may have. */
  maxTools: number
  /** True where no other process can serve the same database. */
  alone: boolean
  /** Text of logs that is remembered, so that it need not be read again. */
  logCacheBytes: number
}

/** Text of the board that is read at once, whatever the number of messages. */
const maxBoardBytes = 16 * 1024 * 1024

/** The conversations in a database: each operation is one call of one function of the schema, and so one transaction. */
export function createStore(database: Database, options: StoreOptions): ConversationStore {
  const { runner, leaseMs, maxTools, alone, logCacheBytes } = options
  const logs = new LogCache(logCacheBytes)
  const self = { runner, host: hostname(), pid: process.pid, leaseMs }

  async function call<Result>(name: string, argument: object): Promise<Result> {
    const text = `select chatterd.${name}($1) as result`
    try {
      const [row] = await database.query<{ result: Result }>({
        name,
        text,
        values: [JSON.stringify(argument)],
      })
      if (!row) throw new Error(`${name} returned no row`)
      return row.result
    } catch (error) {
      throw refusalOf(error)
    }
  }

  return {
    async begin({ turn, conversation, request, messages, tools }) {
      const key = JSON.stringify([conversation.tenant, conversation.name])
      const known = logs.get(key)
      const begun = await call<{ state?: StateRow }>('begin_turn', {
        tenant: conversation.tenant,
        conversation: conversation.name,
        conversationId: uuidv7(),
        turn,
        ...self,
        request: JSON.stringify(request),
        messages: messages.map(messageArgument),
        tools: tools && toolArguments(tools),
        maxTools,
        known: known && { conversation: known.conversation, seq: known.seq },
      })
      if (!begun.state) return undefined
      const state = stateOf(begun.state, known?.log)
      logs.put(key, begun.state.id, turn, state.log)
      return { ...state, answered: [] }
    },

    async newestTurn({ tenant, name }) {
      const row = await call<NewestTurnRow | null>('newest_turn', { tenant, conversation: name })
      return row ? newestTurnOf(row) : undefined
    },

    async answer({ turn, answers, tools }) {
      const answered = await call<{ state?: StateRow; open?: true }>('answer_calls', {
        turn,
        ...self,
        answers: answers.map(outcomeArgument),
        tools: tools && toolArguments(tools),
        maxTools,
      })
      if (answered.state) return { result: 'go-on', state: { ...stateOf(answered.state), answered: answers } }
      return { result: answered.open ? 'recorded' : 'conflict' }
    },

    async endStep({ turn, step, message, status, error, cut }) {
      const told = messageArgument(message)
      const fault = error && JSON.stringify(error)
      const seq = await call<number>('end_step', {
        turn,
        runner,
        step,
        message: told,
        status,
        error: fault,
        cut,
      })
      return { ...message, seq, turn, complete: true }
    },

    async endCalls(turn: string, results: CallOutcome[]): Promise<Call[]> {
      const rows = await call<CallRow[]>('end_calls', { turn, runner, results: results.map(outcomeArgument) })
      return rows.map(callOf)
    },

    async endTurn({ turn, status, error, partial }) {
      const told = partial && messageArgument({ ...partial, complete: false })
      await call('end_turn', { turn, runner, status, error: error && JSON.stringify(error), partial: told })
    },

    async withdraw(turn, answered) {
      logs.withdraw(turn)
      await call('withdraw', { turn, runner, answered: answered.map(({ seq, index }) => ({ seq, index })) })
    },

    async reset({ tenant, name }, messages) {
      const pinned = messages.findIndex((message) => message.role !== 'system')
      await call('reset_conversation', {
        tenant,
        conversation: name,
        conversationId: uuidv7(),
        messages: messages.map(messageArgument),
        pinned: pinned < 0 ? messages.length : pinned,
      })
    },

    heartbeat: (live) => call('heartbeat', { ...self, live, alone }),

    async leave() {
      await call('leave', { runner })
    },

    async post({ id, username, message }) {
      await call('post_to_board', { id, body: JSON.stringify([username, message]) })
    },

    async board(limit) {
      const rows = await call<[string, [string, string], string][]>('read_board', {
        limit,
        maxBytes: maxBoardBytes,
      })
      return rows.map(([id, [username, message], at]) => ({ id, username, message, createdAt: new Date(at) }))
    },
  }
}

/** What the functions of the schema refuse, as errors for clients. Their SQLSTATEs are `CD` and the HTTP status. */
function refusalOf(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'CD409')
    return new ChatterdError('turn-lost', String((error as Error).message), { cause: error })
  if (code === 'CD422')
    return new ChatterdError('invalid-request', String((error as Error).message), { cause: error })
  return error
}
