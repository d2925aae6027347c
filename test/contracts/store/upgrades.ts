import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StoreWorld } from './store-world.ts'
import { answered, answersTo, beginning, begun, chunk, delta, step, told } from './turn-fixtures.ts'

export function upgrades(world: () => StoreWorld): void {
  test('turns from before there was a journal: ended ones are told from their outcome, waiting ones go on', async () => {
    const { store, journal, directory } = await world().fromVersion(7, oldTurns)
    const [ended, waiting, running] = ['1', '2', '3'].map(idOf)
    assert.ok(ended && waiting && running)
    const [endedPage, waitingPage] = await journal.read(
      [ended, waiting].map((turn) => ({ turn, after: 0, watch: true })),
    )
    assert.deepEqual([endedPage?.status, endedPage?.pruned, endedPage?.chunks], ['completed', true, []])
    assert.deepEqual([waitingPage?.status, waitingPage?.pruned, waitingPage?.chunks], ['waiting', false, []])
    assert.equal((await directory.outcome(ended))?.answers[0]?.content, 'an answer')

    const outcome = await store.answer(answersTo(waiting, [answered(4, 0)]))
    assert.ok(outcome.result === 'go-on')
    assert.deepEqual([outcome.state.events, outcome.state.log.length], [1, 4])
    await journal.write([{ turn: waiting, chunks: [chunk(2, delta('x'))] }])
    await store.endStep(step(waiting, 2, 'done'), [chunk(3, { type: 'turn-end', status: 'completed' })])
    assert.deepEqual(
      (await told(journal, waiting)).map(({ name }) => name),
      ['call-end', 'text-delta', 'turn-end'],
    )

    const key = { tenant: '', name: 'runs' }
    assert.equal((await begun(store, beginning(key, 'next'))).log.length, 2)
    assert.equal((await told(journal, running)).at(-1)?.name, 'turn-end')
    assert.equal((await directory.conversations('', undefined, 9)).conversations.length, 2)
  })
}

const idOf = (digit: string) => `00000000-0000-7000-8000-00000000000${digit}`

/** What version 7 of the schema left behind: a turn that ended and one that waits, and one that ran when all was stopped. */
const oldTurns = `
  insert into chatterd.conversations (id, tenant, name, next_seq) values
    ('${idOf('a')}', '', 'talk', 5), ('${idOf('b')}', '', 'runs', 2);
  insert into chatterd.turns (id, conversation_id, request, status, step, runner, first_seq, answer_seq, tools_before, ended_at)
  select id::uuid, conversation::uuid, '{"model":"m","stream":true,"offerTools":true,"settings":{}}', status, step,
    '${idOf('f')}', first, first + 1, '[]', ended
  from (values
    ('${idOf('1')}', '${idOf('a')}', 'completed', 1, 1, now()),
    ('${idOf('2')}', '${idOf('a')}', 'waiting', 1, 3, null),
    ('${idOf('3')}', '${idOf('b')}', 'running', 0, 1, null)) as t(id, conversation, status, step, first, ended);
  insert into chatterd.messages (conversation_id, seq, turn_id, role, body) values
    ('${idOf('a')}', 1, '${idOf('1')}', 'user', '{"content":"a question"}'),
    ('${idOf('a')}', 2, '${idOf('1')}', 'assistant', '{"content":"an answer"}'),
    ('${idOf('a')}', 3, '${idOf('2')}', 'user', '{"content":"where?"}'),
    ('${idOf('a')}', 4, '${idOf('2')}', 'assistant', '{"content":""}'),
    ('${idOf('b')}', 1, '${idOf('3')}', 'user', '{"content":"and?"}');
  insert into chatterd.calls (conversation_id, message_seq, index, turn_id, request, side, status) values
    ('${idOf('a')}', 4, 0, '${idOf('2')}', '{"id":"c","name":"locate","arguments":{}}', 'device', 'offered')`
