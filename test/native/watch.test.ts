import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ask } from '../support/clients/native/ask.ts'
import { openEvents, type ServerEvents } from '../support/clients/native/server-events.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { servedOf } from '../support/processes/served.ts'
import { done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'

/** The next events until one of this name, in short. */
async function until(stream: ServerEvents, last: string): Promise<unknown[]> {
  const seen: unknown[] = []
  for (;;) {
    const { name, data } = await stream.next()
    seen.push(name === 'conversation' ? [name, data.messages, data.title] : [name, data.status ?? data.model])
    if (name === last) return seen
  }
}

for (const database of databaseKinds)
  suite(`clients that watch a conversation, on ${database.name}`, () => {
    const served = servedOf(database)

    test('are sent that there is none, and once it begins, its turns and each change, in whichever process [watched]', async () => {
      const { one, two, talk } = served()
      const { path, model } = talk()
      const gate = Promise.withResolvers<void>()
      model.replies(pauses([text('one')], gate.promise, [done()]))
      const tabs = [await openEvents(`${one}${path}/events`), await openEvents(`${two}${path}/events`)]
      for (const tab of tabs) assert.deepEqual(await tab.next(), { name: 'deleted', data: {} })
      const turn = await openEvents(`${one}${path}/turns`, { body: { input: 'Hello?', model: model.name } })
      for (const tab of tabs)
        assert.deepEqual(await until(tab, 'conversation'), [
          ['turn-start', model.name],
          ['conversation', 1, 'Hello?'],
        ])
      gate.resolve()
      await turn.over
      for (const tab of tabs)
        assert.deepEqual(await until(tab, 'turn-end'), [
          ['conversation', 2, 'Hello?'],
          ['turn-end', 'completed'],
        ])
      await ask(two + path, { method: 'PATCH', body: { title: 'Mine' } })
      for (const tab of tabs)
        assert.deepEqual(await until(tab, 'conversation'), [['conversation', 2, 'Mine']])
      await ask(one + path, { method: 'DELETE' })
      for (const tab of tabs) assert.deepEqual(await until(tab, 'deleted'), [['deleted', undefined]])
      model.replies(says('anew'))
      await (await openEvents(`${two}${path}/turns`, { body: { input: 'Again', model: model.name } })).over
      for (const tab of tabs) {
        assert.equal((await until(tab, 'turn-end')).length >= 3, true)
        assert.ok(tab.events.every(({ id }) => id === undefined))
        tab.disconnect()
      }
    })

    test('are sent the present state first, as GET returns it', async () => {
      const { one, two, talk } = served()
      const { path, model } = talk()
      model.replies(says('one'))
      await (await openEvents(`${one}${path}/turns`, { body: { input: 'Hello?', model: model.name } })).over
      const tab = await openEvents(`${two}${path}/events`)
      assert.deepEqual(await tab.next(), { name: 'conversation', data: (await ask(one + path)).json })
      tab.disconnect()
    })

    test('are sent the end of a turn that waits for its device and is cancelled', async () => {
      const { one, two, talk } = served()
      const { path, model } = talk()
      model.replies(says('one'), pauses([text('two')], new Promise(() => {}), []))
      await (await openEvents(`${one}${path}/turns`, { body: { input: 'Hello?', model: model.name } })).over
      const tab = await openEvents(`${two}${path}/events`)
      await tab.next()
      const turn = await openEvents(`${one}${path}/turns`, { body: { input: 'More', model: model.name } })
      const { data } = await turn.next()
      await ask(`${two}/turns/${data.turn}/cancel`, { method: 'POST' })
      assert.deepEqual((await until(tab, 'turn-end')).at(-1), ['turn-end', 'cancelled'])
      tab.disconnect()
    })

    test('a name that cannot be one is refused', async () => {
      const { one } = served()
      for (const name of ['%00', 'x'.repeat(200), '%ff'])
        assert.equal((await ask(`${one}/conversations/${name}/events`)).status, 422, name)
    })

    test('streams end with a comment when the server stops', async () => {
      const { two, talk, closeTwo } = served()
      const { path } = talk()
      const tab = await openEvents(`${two}${path}/events`)
      await tab.next()
      const closing = closeTwo()
      await tab.over
      assert.equal(tab.comments.at(-1), 'reconnect')
      await closing
    })
  })
