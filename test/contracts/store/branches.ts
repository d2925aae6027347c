import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NewMessage } from '../../../src/protocol/message.ts'
import { branchOf, talk } from '../../support/turns/branch-calls.ts'
import { beginning, begun, refusal, user } from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function branches(world: () => StoreWorld): void {
  test('a turn after an earlier message begins a branch, which has the messages before it, and the other branch stays', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    await talk(store, conversation, ['c', 'd'])
    const { prompt } = await talk(store, conversation, ['e', 'f'], { after: 2 })
    assert.deepEqual(prompt, ['a', 'b', 'e'])
    const found = await directory.conversation(conversation)
    assert.deepEqual([found?.branch, found?.messages], [2, 4])
    const old = ['1 a of 1', '2 b of 1', '3 c of 1, siblings 1 2', '4 d of 1']
    const current = ['1 a of 1', '2 b of 1', '3 e of 2, siblings 1 2', '4 f of 2']
    assert.deepEqual(await branchOf(directory, conversation), current)
    assert.deepEqual(await branchOf(directory, conversation, 2), current)
    assert.deepEqual(await branchOf(directory, conversation, 1), old)
  })

  test('alternatives at one point are siblings, whichever of them a branch was made from', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    for (const prompt of ['c', 'd', 'e']) await talk(store, conversation, [prompt, 'reply'], { after: 0 })
    await talk(store, conversation, ['', 'other reply'], { after: 1 })
    await talk(store, conversation, ['f', 'g'])
    await talk(store, conversation, ['h', 'i'], { after: 2 })
    assert.deepEqual(await branchOf(directory, conversation), [
      '1 e of 4, siblings 1 2 3 4',
      '2 other reply of 5, siblings 4 5',
      '3 h of 6, siblings 5 6',
      '4 i of 6',
    ])
    assert.deepEqual(await branchOf(directory, conversation, 3), [
      '1 d of 3, siblings 1 2 3 4',
      '2 reply of 3',
    ])
    assert.deepEqual((await branchOf(directory, conversation, 1))[1], '2 b of 1')
  })

  test('pages of a branch go on in the branches that it was made from', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    for (const prompt of ['a', 'c', 'e']) await talk(store, conversation, [prompt, `${prompt}!`])
    await talk(store, conversation, ['x', 'x!'], { after: 3 })
    await talk(store, conversation, ['y', 'y!'], { after: 4 })
    const pages: string[] = []
    for (let before: number | undefined; before !== 1; ) {
      const page: { seq: number; content: string }[] =
        (await directory.messages(conversation, before, 2)) ?? []
      pages.push(page.map(({ content }) => content).join(' '))
      before = page[0]?.seq
    }
    assert.deepEqual(pages, ['y y!', 'c x', 'a a!'])
  })

  test('after the last message a turn goes on in its branch', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'], { after: 0 })
    await talk(store, conversation, ['c', 'd'], { after: 2 })
    assert.equal((await directory.conversation(conversation))?.branch, 1)
    assert.deepEqual(await branchOf(directory, conversation), [
      '1 a of 1',
      '2 b of 1',
      '3 c of 1',
      '4 d of 1',
    ])
  })

  test('without a message of its own a turn answers one of the user anew, in a branch or in its place', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    assert.deepEqual((await talk(store, conversation, ['', 'c'], { after: 1 })).prompt, ['a'])
    assert.deepEqual(await branchOf(directory, conversation), ['1 a of 1', '2 c of 2, siblings 1 2'])
    const { id } = await begun(store, beginning(conversation, 'd'))
    await store.endTurn({ turn: id, status: 'cancelled' }, [])
    assert.deepEqual((await talk(store, conversation, ['', 'e'], { after: 3 })).prompt, ['a', 'c', 'd'])
    assert.deepEqual((await branchOf(directory, conversation)).slice(2), ['3 d of 2', '4 e of 2'])
  })

  test('a message whose turn has failed before the model replied is asked again, and the one that failed stays as it was', async () => {
    const { store, directory } = await world().process()
    const other = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    const image: NewMessage = { role: 'user', content: 'look', images: ['aGk='] }
    const messages = [user('first'), image, user('last')]
    const failed = await begun(store, beginning(conversation, '', { messages }))
    await store.endTurn({ turn: failed.id, status: 'failed' }, [])
    const again = await begun(other.store, beginning(conversation, '', { messages: [], after: 4 }))
    assert.deepEqual(
      again.log.map(({ seq, content, images }) => [seq, content, images]),
      [
        [1, 'a', undefined],
        [2, 'b', undefined],
        [3, 'first', undefined],
        [4, 'look', ['aGk=']],
      ],
    )
    await other.store.endTurn({ turn: again.id, status: 'cancelled' }, [])
    assert.deepEqual((await talk(store, conversation, ['c', 'd'])).prompt, ['a', 'b', 'first', 'look', 'c'])
    const kept = (await directory.messages(conversation, undefined, 3, 1)) ?? []
    assert.deepEqual(
      kept.map(({ content, refused }) => [content, refused]),
      messages.map(({ content }) => [content, true]),
    )
  })

  test('a message that the branch does not have, or that cannot be answered anew, is refused, and nothing is stored', async () => {
    const { store } = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    await talk(store, conversation, ['c', 'd'])
    await talk(store, conversation, ['e', 'f'], { after: 0 })
    const before = await world().snapshot(conversation)
    for (const [after, messages] of [
      [3, [user('x')]],
      [4, []],
      [2, []],
      [0, []],
      [Number.MAX_SAFE_INTEGER, [user('x')]],
    ] as const) {
      const given = beginning(conversation, '', { after, messages })
      await assert.rejects(store.begin(given), refusal('invalid-request'))
      assert.deepEqual(await world().snapshot(conversation), before)
    }
    const fresh = world().conversation()
    await assert.rejects(store.begin(beginning(fresh, 'x', { after: 1 })), refusal('invalid-request'))
    assert.equal(await world().snapshot(fresh), undefined)
  })

  test('another branch is made the current one, and the next turn goes on there', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    await talk(store, conversation, ['c', 'd'])
    await talk(store, conversation, ['e', 'f'], { after: 2 })
    const changed = await directory.change(conversation, { branch: 1, title: 'T' })
    assert.deepEqual([changed?.branch, changed?.messages, changed?.title], [1, 4, 'T'])
    assert.deepEqual((await talk(store, conversation, ['g', 'h'])).prompt, ['a', 'b', 'c', 'd', 'g'])
    await directory.change(conversation, { branch: 2 })
    assert.deepEqual((await talk(store, conversation, ['i', 'j'])).prompt, ['a', 'b', 'e', 'f', 'i'])
    await assert.rejects(directory.change(conversation, { branch: 3 }), refusal('invalid-request'))
    await assert.rejects(branchOf(directory, conversation, 3), refusal('invalid-request'))
  })

  test('while a turn runs or waits, its branch stays the current one', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    const { id } = await begun(store, beginning(conversation, 'c', { after: 0 }))
    const before = await world().snapshot(conversation)
    const switched = directory.change(conversation, { branch: 1, title: 'T' })
    await assert.rejects(switched, refusal('conversation-busy'))
    assert.deepEqual(await world().snapshot(conversation), before)
    assert.equal((await directory.change(conversation, { branch: 2 }))?.branch, 2)
    await store.endTurn({ turn: id, status: 'cancelled' }, [])
    assert.equal((await directory.change(conversation, { branch: 1 }))?.branch, 1)
  })

  test('a conversation that is emptied or deleted loses its branches', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    await talk(store, conversation, ['a', 'b'])
    await talk(store, conversation, ['c', 'd'], { after: 0 })
    await store.reset(conversation, [user('new')])
    assert.equal((await directory.conversation(conversation))?.branch, 1)
    assert.deepEqual(await branchOf(directory, conversation), ['1 new of 1'])
    await assert.rejects(branchOf(directory, conversation, 2), refusal('invalid-request'))
    await talk(store, conversation, ['e', 'f'], { after: 0 })
    await directory.remove(conversation)
    assert.equal(await world().snapshot(conversation), undefined)
    const left =
      'select from chatterd.branches b where not exists (select from chatterd.conversations where id = conversation_id)'
    assert.deepEqual(await world().query(left), [])
  })
}
