import { hostname } from 'node:os'
import type { Answered, ConversationStore, KnownRequest, Pulse } from '../turn/conversation-store.ts'
import { keyArgument, messageArgument, outcomeArgument, placeArgument, toolArguments } from './arguments.ts'
import { beginnings } from './begin-turn.ts'
import { functionsOf } from './call-function.ts'
import type { Database } from './database.ts'
import { LogCache } from './log-cache.ts'
import { type NewestTurnRow, newestTurnOf, type StateRow, stateOf } from './rows.ts'
import type { StoreOptions } from './store-options.ts'
import { turnWrites } from './turn-writes.ts'
import { uuidv7 } from './uuidv7.ts'

/** The store of a process that gives signs of life. */
export interface Store extends ConversationStore {
  /** `room`: how many turns this process can take over now; 20 unless told. */
  heartbeat(live: readonly string[], room?: number): Promise<Pulse>
}

/** What `answer_calls` gives: one of these, or `conflict`. */
interface AnsweredRow {
  state?: StateRow
  open?: true
  replay?: KnownRequest
}

/** What `heartbeat` gives. */
interface PulseRow extends Omit<Pulse, 'adopted'> {
  adopted: StateRow[]
}

/** Turns that are taken over with one sign of life. */
const maxRoom = 20

/** Text of the board that is read at once, whatever the number of messages. */
const maxBoardBytes = 16 * 1024 * 1024

/** The conversations in a database: each operation is one call of one function of the schema, and so one transaction. */
export function createStore(database: Pick<Database, 'query'>, options: StoreOptions): Store {
  const { runner, leaseMs, maxTools, alone, eventLead, toolStarts } = options
  const { callTimeoutMs, keyLifeMs, eventRetentionMs } = options
  const call = functionsOf(database)
  const logs = new LogCache(options.logCacheBytes)
  const self = { runner, host: hostname(), pid: process.pid, leaseMs, lead: eventLead }
  const { begin, leaveLine, left } = beginnings(call, self, options, logs)

  return {
    ...turnWrites(call, runner, logs),
    begin,
    leaveLine,

    async known(conversation, key) {
      const given = { ...placeArgument(conversation), ...keyArgument(key), keyLifeMs }
      return (await call<KnownRequest | null>('known_request', given)) ?? undefined
    },

    async newestTurn(conversation) {
      const row = await call<NewestTurnRow | null>('newest_turn', placeArgument(conversation))
      return row ? newestTurnOf(row) : undefined
    },

    async answer({ turn, attempt, answers, tools, key }): Promise<Answered> {
      const row = await call<AnsweredRow>('answer_calls', {
        ...{ turn, attempt, ...self, maxTools, keyLifeMs, ...keyArgument(key) },
        answers: answers.map(outcomeArgument),
        tools: tools && toolArguments(tools),
      })
      if (row.replay) return { result: 'replay', ...row.replay }
      if (row.state) return { result: 'go-on', state: { ...stateOf(row.state), answered: answers } }
      return { result: row.open ? 'recorded' : 'conflict' }
    },

    cancel: (turn) => call('cancel_turn', { turn, runner }),

    async reset(conversation, messages) {
      const pinned = messages.findIndex((message) => message.role !== 'system')
      await call('reset_conversation', {
        ...{ ...placeArgument(conversation), conversationId: uuidv7() },
        messages: messages.map(messageArgument),
        pinned: pinned < 0 ? messages.length : pinned,
      })
    },

    async heartbeat(live, room = maxRoom) {
      const gone = [...left]
      const times = { callTimeoutMs, keyLifeMs, eventRetentionMs }
      const given = { ...self, live, left: gone, alone, room, maxStarts: toolStarts, ...times }
      const { adopted, ...pulse } = await call<PulseRow>('heartbeat', given)
      for (const turn of gone) left.delete(turn)
      return { ...pulse, adopted: adopted.map((row) => stateOf(row)) }
    },

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
