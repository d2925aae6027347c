import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationCursor } from '../../../src/turn/ports/conversation-directory.ts'
import {
  answered,
  beginning,
  begun,
  refusal,
  resultsFor,
  step,
  tool,
  user,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function directory(world: () => StoreWorld): void {
  test('pages list every conversation once, the last changed first, though some change meanwhile', async () => {
    const { store, directory } = await world().process()
    const tenant = crypto.randomUUID()
    const keys = Array.from({ length: 7 }, (_, index) => ({ tenant, name: `c${index}` }))
    for (const key of keys) {
      const { id } = await begun(store, beginning(key))
      await store.endStep(step(id, 1, 'ok'), [])
    }
    const names: string[] = []
    let after: ConversationCursor | undefined
    do {
      const page = await directory.conversations(tenant, after, 2)
      assert.ok(page.conversations.length === 2 || page.next === undefined)
      names.push(...page.conversations.map(({ name }) => name))
      after = page.next
      // One that was listed already moves to the front, and one is new there.
      if (names.length === 2) await begun(store, beginning({ tenant, name: 'c6' }, 'again'))
      if (names.length === 4) await begun(store, beginning({ tenant, name: 'new' }))
    } while (after)
    assert.deepEqual(names, ['c6', 'c5', 'c4', 'c3', 'c2', 'c1', 'c0'])
    const top = await directory.conversations(tenant, undefined, 2)
    assert.deepEqual(
      top.conversations.map(({ name }) => name),
      ['new', 'c6'],
    )
    assert.deepEqual(await directory.conversations(crypto.randomUUID(), undefined, 2), {
      conversations: [],
      next: undefined,
    })
  })

  test('conversations that changed at the same moment are listed once each', async () => {
    const { store, directory } = await world().process()
    const tenant = crypto.randomUUID()
    for (const name of ['a', 'b', 'c', 'd', 'e']) await store.reset({ tenant, name }, [])
    await world().query(
      `update chatterd.conversations set updated_at = '2026-01-01 00:00:00.123456' where tenant = $1`,
      [tenant],
    )
    const names: string[] = []
    let after: ConversationCursor | undefined
    do {
      const page = await directory.conversations(tenant, after, 2)
      names.push(...page.conversations.map(({ name }) => name))
      after = page.next
    } while (after)
    assert.deepEqual(names.sort(), ['a', 'b', 'c', 'd', 'e'])
  })

  test('a conversation has its model, system prompt, tools, number of messages and active turn', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    assert.equal(await directory.conversation(conversation), undefined)
    const system = 'Be \u0000brief "\ud83c'
    const state = await begun(store, beginning(conversation, 'x', { tools: [tool('a')], system }))
    assert.equal(state.system, system)
    const { createdAt, updatedAt, ...found } = (await directory.conversation(conversation)) ?? assert.fail()
    assert.deepEqual(found, {
      ...{ name: conversation.name, title: null, system, model: 'm', tools: [tool('a')], messages: 1 },
      ...{ activeTurn: state.id, branch: 1 },
    })
    assert.ok(createdAt <= updatedAt)
    await store.endStep(step(state.id, 1, 'ok'), [])
    const ended = await directory.conversation(conversation)
    assert.deepEqual([ended?.messages, ended?.activeTurn], [2, null])
    assert.equal((await begun(store, beginning(conversation, 'y'))).system, system)
    await store.reset(conversation, [])
    const emptied = await directory.conversation(conversation)
    assert.deepEqual([emptied?.system, emptied?.model, emptied?.tools], [null, null, []])
  })

  test('settings that a request changes are as before when it is withdrawn', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    const first = await begun(
      store,
      beginning(conversation, 'x', { system: 'old', tools: [tool('a'), tool('b')] }),
    )
    await store.endStep(step(first.id, 1, 'ok'), [])
    const before = await world().snapshot(conversation)
    const request = { ...first.request, model: 'other' }
    const rest = { system: 'new', request, tools: [tool('c')], replaceTools: true }
    const next = await begun(store, beginning(conversation, 'y', rest))
    assert.deepEqual([next.system, next.deviceTools], ['new', [tool('c')]])
    assert.equal((await directory.conversation(conversation))?.model, 'other')
    await store.withdraw({ turn: next.id, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)
    await begun(store, { ...beginning(conversation, 'z', { request }), forgetsModel: true })
    assert.equal((await directory.conversation(conversation))?.model, first.request.model)
  })

  test('title, system prompt, model and tools can be changed and removed, each alone', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    assert.equal(await directory.change(conversation, { title: 'none' }), undefined)
    await store.reset(conversation, [user('x')])
    const title = 'A \u0000 "title" \ud83c🎈'
    assert.equal((await directory.change(conversation, { title }))?.title, title)
    const change = { system: 'Be brief.', model: 'm2', tools: [tool('b'), tool('a')] }
    const changed = await directory.change(conversation, change)
    assert.deepEqual(changed, { ...changed, ...change, title })
    const without = await directory.change(conversation, {
      title: null,
      system: null,
      model: null,
      tools: [],
    })
    assert.deepEqual(
      [without?.title, without?.system, without?.model, without?.tools],
      [null, null, null, []],
    )
    const tooMany = Array.from({ length: world().maxTools + 1 }, (_, index) => tool(`t${index}`))
    await assert.rejects(directory.change(conversation, { tools: tooMany }), refusal('invalid-request'))
  })

  test('a removed conversation is gone with all that belongs to it [removed]', async () => {
    const { store, directory, journal } = await world().process()
    const conversation = world().conversation()
    const { turn } = await waitingTurn(store, conversation)
    const removed = [await directory.remove(conversation), await directory.remove(conversation)]
    assert.deepEqual([removed[0]?.turns, removed[1]], [[turn], undefined])
    assert.equal(await world().snapshot(conversation), undefined)
    assert.equal(await directory.turn(turn), undefined)
    assert.equal((await journal.read([{ turn, after: 0, follow: true }]))[0]?.status, undefined)
    assert.deepEqual(await world().query('select from chatterd.events where turn_id = $1', [turn]), [])
  })

  test('messages are read backwards in pages, with their calls', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    assert.equal(await directory.messages(conversation, undefined, 2), undefined)
    const { turn, seq } = await waitingTurn(store, conversation)
    await store.storeResults(resultsFor(turn, [answered(seq, 0)]))
    await store.endStep(step(turn, 2, 'done'), [])
    const whole = await directory.messages(conversation, undefined, 10)
    assert.deepEqual(
      whole?.map((message) => [message.seq, message.content, message.calls[0]?.output]),
      [
        [1, 'Hello?', undefined],
        [2, '', 'result 0'],
        [3, 'done', undefined],
      ],
    )
    assert.deepEqual(await directory.messages(conversation, undefined, 2), whole?.slice(1))
    assert.deepEqual(await directory.messages(conversation, 2, 2), whole?.slice(0, 1))
    const [none, newest] = [
      await directory.messages(conversation, 1, 2),
      await directory.messages(conversation, 99, 1),
    ]
    assert.deepEqual([none, newest], [[], whole?.slice(2)])
  })
}
