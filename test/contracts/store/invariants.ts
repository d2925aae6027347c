import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Call, isOpen } from '../../../src/protocol/call.ts'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import type { ConversationKey } from '../../../src/turn/conversation-store.ts'
import type { CallOutcome } from '../../../src/turn/turn-store.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'
import { answered, beginning, deviceCall, residentCall, step, succeeded, tool } from './turn-fixtures.ts'

/** What processes do to a conversation; `by` is the place of the process that does it. */
type Operation =
  | { do: 'begin'; by: number; tools: string[] | undefined }
  | { do: 'endStep'; by: number; calls: Call['side'][]; cut: number }
  | { do: 'endCalls' | 'endTurn' | 'withdraw' | 'reset' | 'heartbeat' | 'expire'; by: number }
  | { do: 'answer'; by: number; from: number; count: number }

const by = fc.nat(1)
const sides = fc.array(fc.constantFrom<Call['side']>('resident', 'device'), { maxLength: 3 })
const operations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('begin' as const), by, tools: offered() }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('endStep' as const), by, calls: sides, cut: fc.nat(6) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('answer' as const), by, from: fc.nat(2), count: fc.nat(3) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('endCalls' as const), by }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('endTurn' as const, 'withdraw', 'heartbeat', 'expire', 'reset'),
      by,
    }),
  },
)

function offered(): fc.Arbitrary<string[] | undefined> {
  return fc.option(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }), { nil: undefined })
}

export function invariants(world: () => StoreWorld): void {
  test('leaves a conversation with one active turn, no gaps, and every call ended once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 4, maxLength: 24 }), async (list) => {
        const processes = [await world().process(), await world().process()]
        const conversation = world().conversation()
        const ended = new Map<string, string>()
        for (const operation of list) {
          const process = processes[operation.by]
          assert.ok(process)
          await perform(operation, process, conversation).catch((error: unknown) => {
            if (!(error instanceof ChatterdError) || error.code !== 'turn-lost') throw error
          })
          if (operation.do === 'withdraw' || operation.do === 'reset') ended.clear()
          await checkConversation(world(), conversation, ended)
        }
      }),
      { numRuns: 40 },
    )
  })
}

async function perform(
  operation: Operation,
  { store, expire }: StoreProcess,
  key: ConversationKey,
): Promise<void> {
  const newest = await store.newestTurn(key)
  const turn = newest?.turn ?? crypto.randomUUID()
  const open = newest?.calls.filter(isOpen) ?? []
  switch (operation.do) {
    case 'begin': {
      const tools = operation.tools?.map((name) => tool(name))
      const state = await store.begin(beginning(key, 'x', tools && { tools }))
      const told = state?.log.map(({ seq }) => seq) ?? []
      assert.deepEqual(
        told.filter((seq) => seq > (state?.pinned ?? 0)),
        told.slice(state?.pinned),
      )
      return
    }
    case 'endStep': {
      // The core takes no step while calls are open.
      if (open.length > 0) return
      const calls = operation.calls.map((side, index) =>
        side === 'device' ? deviceCall(index) : residentCall(index),
      )
      const steps = new Set(newest?.calls.map(({ seq }) => seq)).size
      return void (await store.endStep(step(turn, steps + 1, 'y', { calls, cut: operation.cut })))
    }
    case 'endCalls': {
      const running = open.filter(({ side }) => side === 'resident')
      if (running.length === 0) return
      return void (await store.endCalls(
        turn,
        running.map(({ seq, index }) => succeeded(seq, index)),
      ))
    }
    case 'answer': {
      const device = open.filter(({ side }) => side === 'device')
      const answers: CallOutcome[] = device
        .slice(operation.from, operation.from + operation.count)
        .map(({ seq, index }) => answered(seq, index))
      if (answers.length > 0) await store.answer({ turn, answers })
      return
    }
    case 'withdraw':
      // As the product does it: only what its own request set off, and before anything else is stored of it.
      if (newest?.status === 'running' && newest.calls.length === 0) await store.withdraw(turn, [])
      return
    case 'endTurn':
      return store.endTurn({ turn, status: 'failed', partial: { role: 'assistant', content: 'half' } })
    case 'reset':
      return store.reset(key, [{ role: 'system', content: 's' }])
    case 'heartbeat':
      return void (await store.heartbeat([turn]))
    case 'expire':
      return expire()
  }
}

/** `ended`: calls that have ended, and how. They stay so. */
async function checkConversation(
  { query }: StoreWorld,
  { tenant, name }: ConversationKey,
  ended: Map<string, string>,
): Promise<void> {
  const where = `join chatterd.conversations c on c.id = conversation_id where c.tenant = $1 and c.name = $2`
  const messages = await query<{ seq: number; next_seq: number }>(
    `select seq, next_seq from chatterd.messages ${where} order by seq`,
    [tenant, name],
  )
  assert.deepEqual(
    messages.map(({ seq }) => seq),
    messages.map((_, place) => place + 1),
  )
  if (messages[0]) assert.equal(messages[0].next_seq, messages.length + 1)

  const turns = await query<{ id: string; status: string; running: number; offered: number }>(
    `select t.id, t.status, count(k) filter (where k.status = 'running')::integer as running,
       count(k) filter (where k.status = 'offered')::integer as offered
     from chatterd.turns t left join chatterd.calls k on k.turn_id = t.id
     join chatterd.conversations c on c.id = t.conversation_id where c.tenant = $1 and c.name = $2 group by t.id`,
    [tenant, name],
  )
  assert.ok(turns.filter(({ status }) => status === 'running' || status === 'waiting').length <= 1)
  for (const { status, running, offered } of turns) {
    if (status === 'waiting') assert.ok(offered > 0 && running === 0, 'a waiting turn waits for a device')
    else if (status !== 'running')
      assert.equal(running + offered, 0, `open calls of a turn that is ${status}`)
  }

  const calls = await query<{ key: string; status: string; result: string }>(
    `select concat_ws(' ', turn_id, message_seq, index) as key, status, result::text from chatterd.calls ${where}`,
    [tenant, name],
  )
  for (const { key, status, result } of calls) {
    if (status === 'running' || status === 'offered') continue
    assert.equal(ended.get(key) ?? `${status} ${result}`, `${status} ${result}`)
    ended.set(key, `${status} ${result}`)
  }
}
