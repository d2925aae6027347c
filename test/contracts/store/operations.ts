import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Call, isOpen } from '../../../src/protocol/call.ts'
import type { ConversationKey } from '../../../src/protocol/conversation-key.ts'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import type { EventChunk } from '../../../src/protocol/event-chunk.ts'
import type { TurnEvent } from '../../../src/protocol/events.ts'
import type { WhenBusy } from '../../../src/turn/ports/conversation-store.ts'
import {
  answered,
  askedCall,
  beginning,
  chunk,
  delta,
  denied,
  deviceCall,
  residentCall,
  resultsFor,
  step,
  stepEnd,
  succeeded,
  tool,
} from '../../support/turns/store-calls.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'

/** What processes do to a conversation; `by` is the index of the process that does it. */
export type Operation =
  | { do: 'begin'; by: number; tools: string[] | undefined; whenBusy: WhenBusy; after: number | undefined }
  | { do: 'endStep'; by: number; calls: CallKind[]; from: number }
  | {
      do: 'endCalls' | 'endTurn' | 'withdraw' | 'reset' | 'heartbeat' | 'expire' | 'write' | 'cancel'
      by: number
    }
  | { do: 'results'; by: number; from: number; count: number }
  | { do: 'approve'; by: number; from: number; deny: boolean }

const whenBusy = fc.constantFrom<WhenBusy>('queue', 'refuse', 'replace')

type CallKind = Call['side'] | 'restartable' | 'asked' | 'asked-device'

const by = fc.nat(1)
const kindLists = fc.array(
  fc.constantFrom<CallKind>('resident', 'restartable', 'device', 'asked', 'asked-device'),
  { maxLength: 3 },
)
export const operations: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('begin' as const),
      by,
      tools: offered(),
      whenBusy,
      after: after(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('endStep' as const), by, calls: kindLists, from: fc.nat(6) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('results' as const), by, from: fc.nat(2), count: fc.nat(3) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('approve' as const), by, from: fc.nat(2), deny: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('endCalls' as const), by }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('endTurn' as const, 'withdraw', 'heartbeat', 'expire', 'reset', 'write', 'cancel'),
      by,
    }),
  },
)

/** In half of the turns, the message that they come after; the conversation may not have it. */
function after(): fc.Arbitrary<number | undefined> {
  return fc.option(fc.nat(6), { nil: undefined, freq: 2 })
}

function offered(): fc.Arbitrary<string[] | undefined> {
  return fc.option(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }), { nil: undefined })
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof ChatterdError) || error.code !== 'invalid-request') throw error
}

/** What the one of two processes does that the operation names. Each knows how many events the journal has, and has one more. */
export async function perform(
  operation: Operation,
  world: StoreWorld,
  { store, journal, expire }: StoreProcess,
  key: ConversationKey,
): Promise<void> {
  const newest = await store.newestTurn(key)
  const turn = newest?.turn ?? crypto.randomUUID()
  const open = newest?.calls.filter(isOpen) ?? []
  const [row] = await world.query<{ events: number }>(
    'select last_event as events from chatterd.turns where id = $1',
    [turn],
  )
  const chunksOf = (...events: TurnEvent[]): EventChunk[] => [
    chunk((row?.events ?? 0) + 1, delta('y'), ...events),
  ]
  switch (operation.do) {
    case 'begin': {
      const tools = operation.tools?.map((name) => tool(name))
      const { whenBusy, after } = operation
      const rest = { whenBusy, ...(tools && { tools }), ...(after !== undefined && { after }) }
      const given = beginning(key, 'x', rest)
      const begun = await store.begin(given).catch(unlessRefused)
      if (begun?.result !== 'begun') return store.leaveQueue(given.turn)
      const { log, pinned } = begun.state
      const seqs = log.map(({ seq }) => seq)
      assert.deepEqual(
        seqs.filter((seq) => seq > pinned),
        seqs.slice(pinned),
      )
      return
    }
    case 'endStep': {
      // The core takes no step while calls are open.
      if (open.length > 0) return
      const calls = operation.calls.map(callOf)
      const steps = new Set(newest?.calls.map(({ seq }) => seq)).size
      const outcome = step(turn, steps + 1, 'y', { calls, promptFrom: operation.from })
      const last: TurnEvent[] =
        outcome.status === 'completed'
          ? [{ type: 'turn-end', status: 'completed' }]
          : outcome.status === 'waiting'
            ? [{ type: 'turn-waiting', calls: calls.map(({ id }) => id) }]
            : []
      return void (await store.endStep(outcome, chunksOf(stepEnd(outcome), ...last)))
    }
    case 'endCalls': {
      const results = open
        .filter(({ status }) => status === 'running')
        .map(({ seq, index }) => succeeded(seq, index))
      if (results.length > 0) await store.endCalls(turn, results, chunksOf())
      return
    }
    case 'results': {
      const device = open.filter(({ status }) => status === 'offered')
      const results = device
        .slice(operation.from, operation.from + operation.count)
        .map(({ seq, index }) => answered(seq, index))
      if (results.length > 0) await store.storeResults(resultsFor(turn, results))
      return
    }
    case 'approve': {
      const asked = open.filter(({ status }) => status === 'asked').slice(operation.from)
      const decided = asked.map(({ seq, index, side }) => {
        if (operation.deny) return denied(seq, index)
        return { seq, index, status: side === 'device' ? ('offered' as const) : ('running' as const) }
      })
      if (decided.length > 0) await store.storeResults(resultsFor(turn, decided))
      return
    }
    case 'withdraw':
      // As the product does it: only what its own request set off, and before anything else is stored of it.
      if (newest?.status === 'running' && newest.calls.length === 0)
        await store.withdraw({ turn, conversation: key, results: [] })
      return
    case 'endTurn': {
      const partial = { role: 'assistant' as const, content: 'half' }
      return void (await store.endTurn(
        { turn, status: 'failed', partial },
        chunksOf({ type: 'turn-end', status: 'failed' }),
      ))
    }
    case 'write':
      return void (await journal.write([{ turn, chunks: chunksOf() }]))
    case 'cancel':
      return void (await store.cancel(turn))
    case 'reset':
      return void (await store.reset(key, [{ role: 'system', content: 's' }]))
    case 'heartbeat':
      return void (await store.heartbeat([turn]))
    case 'expire':
      return expire()
  }
}

function callOf(kind: CallKind, index: number): Call {
  if (kind === 'device') return deviceCall(index)
  if (kind === 'asked') return askedCall(index)
  if (kind === 'asked-device') return askedCall(index, 'device')
  return kind === 'resident' ? residentCall(index) : { ...residentCall(index), restartable: true }
}
