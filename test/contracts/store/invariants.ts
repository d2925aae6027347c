import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ConversationKey } from '../../../src/protocol/conversation-key.ts'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import { type EventChunk, eventsOf } from '../../../src/protocol/event-chunk.ts'
import type { EndedCall } from '../../../src/turn/ports/ended-call.ts'
import { testSize } from '../../support/test-size.ts'
import { operations, perform } from './operations.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'

export function invariants(world: () => StoreWorld): void {
  test('leaves a conversation with one active turn, no gaps, and every call ended once [one-turn]', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operations, { minLength: 4, maxLength: 24 }), async (list) => {
        const conversation = world().conversation()
        const reported: string[] = []
        const processes = [await world().process(), await world().process()].map((process) =>
          withReports(process, conversation, reported),
        )
        const ended = new Map<string, string>()
        for (const operation of list) {
          const process = processes[operation.by]
          assert.ok(process)
          await perform(operation, world(), process, conversation).catch((error: unknown) => {
            if (!(error instanceof ChatterdError) || error.code !== 'turn-lost') throw error
          })
          if (operation.do === 'withdraw' || operation.do === 'reset') ended.clear()
          await checkConversation(world(), conversation, ended)
        }
        await processes[0]?.store.heartbeat([])
        await checkReports(world(), conversation, reported)
      }),
      { numRuns: testSize.operationLists },
    )
  })
}

/** A process that writes into `reported` which calls of this conversation it is given to report. */
function withReports(process: StoreProcess, { name }: ConversationKey, reported: string[]): StoreProcess {
  const { store } = process
  const report = <T extends { calls: EndedCall[] }>(result: T): T => {
    for (const { conversation, turn, call } of result.calls)
      if (conversation === name) reported.push(`${turn} ${call.id} ${call.status}`)
    return result
  }
  return {
    ...process,
    store: {
      ...store,
      heartbeat: async (running, room) => report(await store.heartbeat(running, room)),
      reset: async (key, messages) => report(await store.reset(key, messages)),
    },
  }
}

/** Of the calls that no process has run to their end, each is reported once, as soon as it is certain that it has ended. */
async function checkReports(
  { query }: StoreWorld,
  { tenant, name }: ConversationKey,
  reported: readonly string[],
): Promise<void> {
  assert.deepEqual([...new Set(reported)], reported)
  const ended = await query<{ call: string; isCertain: boolean }>(
    `select concat_ws(' ', turn_id, request->>'id', status) as call, not exists (
       select from chatterd.turns t where t.conversation_id = c.id and t.status = 'running') as "isCertain"
     from chatterd.calls join chatterd.conversations c on c.id = conversation_id
     where c.tenant = $1 and c.name = $2 and status not in ('running', 'offered', 'asked', 'succeeded')`,
    [tenant, name],
  )
  for (const { call, isCertain } of ended) assert.ok(!isCertain || reported.includes(call), call)
}

/** The numbers of the messages of each branch. */
const branchesSql = `
  select array(
      select m.seq::integer from chatterd.branch_path(c.id, number) p
      join chatterd.messages m on m.conversation_id = c.id and m.branch = p.branch and m.seq between p.from_seq and p.to_seq
      order by m.seq) as seqs,
    number = c.branch as "isCurrent", next_seq
  from chatterd.conversations c
  cross join lateral (select 1 union all select number from chatterd.branches where conversation_id = c.id) b(number)
  where c.tenant = $1 and c.name = $2`

/** `ended`: calls that have ended, and how. They stay so. */
async function checkConversation(
  { query }: StoreWorld,
  { tenant, name }: ConversationKey,
  ended: Map<string, string>,
): Promise<void> {
  const where = `join chatterd.conversations c on c.id = conversation_id where c.tenant = $1 and c.name = $2`
  const branches = await query<{ seqs: number[]; isCurrent: boolean; next_seq: number }>(branchesSql, [
    tenant,
    name,
  ])
  for (const { seqs, isCurrent, next_seq } of branches) {
    assert.deepEqual(
      seqs,
      seqs.map((_, index) => index + 1),
    )
    if (isCurrent) assert.equal(next_seq, seqs.length + 1)
  }

  const turns = await query<{ id: string; status: string; events: number; running: number; waiting: number }>(
    `select t.id, t.status, t.last_event as events, count(k) filter (where k.status = 'running')::integer as running,
       count(k) filter (where k.status in ('offered', 'asked'))::integer as waiting
     from chatterd.turns t left join chatterd.calls k on k.turn_id = t.id
     join chatterd.conversations c on c.id = t.conversation_id where c.tenant = $1 and c.name = $2 group by t.id`,
    [tenant, name],
  )
  assert.ok(turns.filter(({ status }) => status === 'running' || status === 'waiting').length <= 1)
  for (const { status, running, waiting } of turns) {
    if (status === 'waiting') assert.ok(waiting > 0 && running === 0, 'a waiting turn waits for its client')
    else if (status !== 'running')
      assert.equal(running + waiting, 0, `open calls of a turn that is ${status}`)
  }

  await checkEvents({ query }, turns)
  const calls = await query<{ key: string; status: string; result: string }>(
    `select concat_ws(' ', turn_id, message_seq, index) as key, status, result::text from chatterd.calls ${where}`,
    [tenant, name],
  )
  for (const { key, status, result } of calls) {
    if (['running', 'offered', 'asked'].includes(status)) continue
    assert.equal(ended.get(key) ?? `${status} ${result}`, `${status} ${result}`)
    ended.set(key, `${status} ${result}`)
  }
}

/** Events are counted from 1 without a gap, and the last event of a turn that has ended, and no other, is its end. */
async function checkEvents(
  { query }: Pick<StoreWorld, 'query'>,
  turns: { id: string; status: string; events: number }[],
): Promise<void> {
  const chunks = await query<EventChunk & { turn: string }>(
    `select turn_id as turn, first, count, records from chatterd.events where turn_id = any ($1) order by first`,
    [`{${turns.map(({ id }) => id)}}`],
  )
  for (const { id, status, events } of turns) {
    const journal = chunks.filter(({ turn }) => turn === id).flatMap((chunk) => eventsOf(chunk))
    assert.deepEqual(
      journal.map(({ number }) => number),
      Array.from({ length: events }, (_, index) => index + 1),
    )
    const ends = journal.filter(({ name }) => name === 'turn-end')
    const last = JSON.parse(journal.at(-1)?.data ?? '{}')
    if (status === 'running' || status === 'waiting') assert.equal(ends.length, 0)
    else assert.deepEqual([ends.length, ends[0], last.status], [1, journal.at(-1), status])
  }
}
