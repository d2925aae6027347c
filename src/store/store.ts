import { hostname } from 'node:os'
import type { ConversationStore, Replay, ResultsOutcome } from '../turn/ports/conversation-store.ts'
import type { HeartbeatResult, ProcessLease } from '../turn/ports/process-lease.ts'
import {
  bodiesOf,
  conversationArgument,
  keyArgument,
  messageArgument,
  namesArgument,
  resultArgument,
} from './arguments.ts'
import { createBeginOperations } from './begin-turn.ts'
import { createCallFunction } from './call-function.ts'
import type { Database } from './database.ts'
import { type KnownTools, postedTools, toolsArgument } from './known-tools.ts'
import { LogCache } from './log-cache.ts'
import {
  type EmptiedRow,
  type EndedCallRow,
  emptiedOf,
  endedCallOf,
  type NewestTurnRow,
  newestTurnOf,
  type StateRow,
  stateOf,
} from './rows.ts'
import type { StoreOptions } from './store-options.ts'
import { createTurnWrites } from './turn-writes.ts'
import { uuidv7 } from './uuidv7.ts'

/** The conversations of a database, and the lease of the process that uses them. */
export type Store = ConversationStore & ProcessLease

/** What `store_results` returns: one of these; with none of them there is a conflict. */
interface ResultsRow {
  state?: StateRow
  open?: true
  replay?: Replay
  needsTools?: true
}

/** What `heartbeat` returns. */
interface HeartbeatRow extends Omit<HeartbeatResult, 'adopted' | 'calls'> {
  at: string
  adopted: StateRow[]
  calls: EndedCallRow[]
}

/** The most turns that one heartbeat adopts. */
const maxAdopted = 20

/** The store of one process. Each operation calls one SQL function, and so is one transaction. */
export function createStore(database: Pick<Database, 'query'>, options: StoreOptions): Store {
  const { runner, leaseMs, maxTools, alone, maxUnjournaledEvents, toolStarts } = options
  const { callTimeoutMs, keyLifeMs, eventRetentionMs } = options
  const call = createCallFunction(database)
  const logCache = new LogCache(options.logCacheBytes)
  const self = { runner, host: hostname(), pid: process.pid, leaseMs, maxUnjournaled: maxUnjournaledEvents }
  const { abandoned, ...beginOperations } = createBeginOperations(call, self, options, logCache)

  let previous: string | undefined

  return {
    ...createTurnWrites(call, runner, logCache),
    ...beginOperations,

    async findReplay(conversation, key) {
      const argument = { ...conversationArgument(conversation), ...keyArgument(key), keyLifeMs }
      return (await call<Replay | null>('find_replay', argument)) ?? undefined
    },

    async newestTurn(conversation) {
      const row = await call<NewestTurnRow | null>('newest_turn', conversationArgument(conversation))
      return row ? newestTurnOf(row) : undefined
    },

    async storeResults({ turn, id, results, approvedTools, tools, key }): Promise<ResultsOutcome> {
      const posted = tools && postedTools(tools)
      const known = logCache.toolsOf(turn)
      const send = (known?: KnownTools) =>
        call<ResultsRow>('store_results', {
          ...{ turn, resultsId: id, ...self, maxTools, keyLifeMs, ...keyArgument(key) },
          results: results.map(resultArgument),
          approvedTools: approvedTools && namesArgument(approvedTools),
          ...toolsArgument(posted, known),
        })
      let row = await send(known)
      if (row.needsTools) row = await send()
      if (row.replay) return { result: 'replay', ...row.replay }
      if (row.state)
        return { result: 'go-on', state: { ...stateOf(row.state, { tools: known?.tools }), results } }
      return { result: row.open ? 'recorded' : 'conflict' }
    },

    cancel: (turn) => call('cancel_turn', { turn, runner }),
    cancelIdle: (turn, idleMs) => call('cancel_idle_turn', { turn, idleMs }),

    async reset(conversation, messages) {
      const pinned = messages.findIndex((message) => message.role !== 'system')
      const argument = {
        ...{ ...conversationArgument(conversation), conversationId: uuidv7() },
        messages: messages.map(messageArgument),
        pinned: pinned < 0 ? messages.length : pinned,
      }
      return emptiedOf(await call<EmptiedRow>('reset_conversation', argument, bodiesOf(messages)))
    },

    async heartbeat(running, room = maxAdopted) {
      const named = [...abandoned]
      const times = { callTimeoutMs, keyLifeMs, eventRetentionMs }
      const argument = {
        ...self,
        running,
        abandoned: named,
        alone,
        room,
        maxStarts: toolStarts,
        previous,
        ...times,
      }
      const { at, adopted, calls, ...result } = await call<HeartbeatRow>('heartbeat', argument)
      previous = at
      for (const turn of named) abandoned.delete(turn)
      return { ...result, adopted: adopted.map((row) => stateOf(row)), calls: calls.map(endedCallOf) }
    },

    async endLease() {
      return (await call<EndedCallRow[]>('end_lease', { runner })).map(endedCallOf)
    },
  }
}
