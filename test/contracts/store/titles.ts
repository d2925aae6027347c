import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginning, begun, step } from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function titles(world: () => StoreWorld): void {
  test('a withdrawn prompt takes the title back that it has given, and none that a client has given', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    const title = async () => (await directory.conversation(conversation))?.title
    await store.reset(conversation, [])
    const before = await world().snapshot(conversation)
    const first = await begun(store, beginning(conversation, 'Hello?', { title: 'Hello?' }))
    assert.equal(await title(), 'Hello?')
    await store.withdraw({ turn: first.id, conversation, results: [] })
    assert.deepEqual(await world().snapshot(conversation), before)

    const second = await begun(store, beginning(conversation, 'Well?', { title: 'Well?' }))
    await directory.change(conversation, { title: 'Mine' })
    await store.withdraw({ turn: second.id, conversation, results: [] })
    assert.equal(await title(), 'Mine')
  })

  test('a later turn that is withdrawn leaves the title of the first one', async () => {
    const { store, directory } = await world().process()
    const conversation = world().conversation()
    const first = await begun(store, beginning(conversation, 'Hello?', { title: 'Hello?' }))
    await store.endStep(step(first.id, 1, 'Hi.'), [])
    const second = await begun(store, beginning(conversation, 'Well?', { title: 'Well?' }))
    await store.withdraw({ turn: second.id, conversation, results: [] })
    assert.equal((await directory.conversation(conversation))?.title, 'Hello?')
  })

  test('a title is improved where it was made, and not where a client has given it, removed it, or begun anew', async () => {
    const { store, directory } = await world().process()
    const title = 'Any text: \u0000 \ud83d "'
    for (const change of [undefined, { title: 'Mine' }, { title: null }, 'reset'] as const) {
      const conversation = world().conversation()
      const { id } = await begun(store, beginning(conversation, 'Hello?', { title: 'Hello?' }))
      await store.endStep(step(id, 1, 'Hi.'), [])
      if (change === 'reset') await store.reset(conversation, [])
      else if (change) await directory.change(conversation, change)
      assert.equal(await directory.improveTitle(id, title), change === undefined)
      const now = (await directory.conversation(conversation))?.title
      assert.equal(now, change === undefined ? title : change === 'reset' ? null : change.title)
    }
  })
}
