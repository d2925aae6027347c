import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../../src/store/uuidv7.ts'
import type { StoreWorld } from './store-world.ts'

export function messageBoard(world: () => StoreWorld): void {
  test('the board returns its newest messages, oldest first, byte for byte', async () => {
    const { board } = await world().process()
    assert.deepEqual(await board.newest(10), [])
    const posts = ['first', '\u0000 \ud83c', '🎈\r\n', 'last'].map((message) => ({
      ...{ id: uuidv7(), username: `of ${message}`, message },
    }))
    const earliest = Date.now()
    for (const post of posts) await board.post(post, 10)
    const messages = await board.newest(10)
    assert.deepEqual(
      messages.map(({ createdAt: _, ...post }) => post),
      posts,
    )
    for (const { createdAt } of messages) {
      assert.ok(createdAt.getTime() >= earliest - 1 && createdAt.getTime() <= Date.now() + 1)
    }
    assert.deepEqual(
      (await board.newest(2)).map(({ id }) => id),
      posts.slice(-2).map(({ id }) => id),
    )
  })

  test('messages that many processes post at once are all there, each once', async () => {
    const processes = await Promise.all([1, 2, 3].map(() => world().process()))
    const ids = Array.from({ length: 30 }, uuidv7)
    await Promise.all(
      ids.map((id, index) =>
        processes[index % 3]?.board.post({ id, username: 'u', message: `${index}` }, 1_000),
      ),
    )
    const messages = await processes[0]?.board.newest(30)
    assert.deepEqual(messages?.map(({ id }) => id).sort(), ids.sort())
  })

  test('the board keeps its newest messages, and removes the oldest [bounded-board]', async () => {
    const { board } = await world().process()
    const ids = Array.from({ length: 5 }, uuidv7)
    for (const id of ids) await board.post({ id, username: 'u', message: 'm' }, 3)
    assert.deepEqual(
      (await board.newest(10)).map(({ id }) => id),
      ids.slice(-3),
    )
  })
}
