import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ask } from '../support/clients/native/ask.ts'
import { openEvents } from '../support/clients/native/server-events.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { servedOf } from '../support/processes/served.ts'
import { done, hangs, pauses, refuses, says, text } from '../support/stand-ins/ollama-replies.ts'

/** Has a turn to its end. */
async function turn(url: string, body: object): Promise<void> {
  const stream = await openEvents(url, { body })
  await stream.over
}

for (const database of databaseKinds) {
  suite(`titles from the first prompt, on ${database.name}`, () => {
    const served = servedOf(database)
    const titleOf = async (url: string) => (await ask(url)).json.title

    test('a conversation has the first line of its first prompt as its title, and keeps it', async () => {
      const { one, talk } = served()
      const { path, model } = talk()
      model.replies(says('one'), says('two'))
      await turn(`${one}${path}/turns`, { input: '\n  Weather   at home\nwhich is here', model: model.name })
      assert.equal(await titleOf(one + path), 'Weather at home')
      await turn(`${one}${path}/turns`, { input: 'And tomorrow?', model: model.name })
      assert.equal(await titleOf(one + path), 'Weather at home')
    })

    test('a title that a client has given or removed stays as it is', async () => {
      const { one, two, talk } = served()
      const { path, model } = talk()
      model.replies(says('one'), says('two'), says('three'))
      await turn(`${one}${path}/turns`, { input: 'First', model: model.name })
      for (const title of ['Mine', null]) {
        await ask(two + path, { method: 'PATCH', body: { title } })
        await turn(`${one}${path}/turns`, { input: 'Next', model: model.name })
        assert.equal(await titleOf(one + path), title)
      }
    })

    test('a prompt without text gives no title, and neither does one that comes later', async () => {
      const { one, talk } = served()
      const { path, model } = talk()
      model.replies(says('one'), says('two'))
      const images = ['iVBORw0KGgo=']
      await turn(`${one}${path}/turns`, { input: [{ role: 'user', content: '', images }], model: model.name })
      await turn(`${one}${path}/turns`, { input: 'Next', model: model.name })
      assert.equal(await titleOf(one + path), null)
    })

    test('a conversation that is deleted and begun anew gets a new title', async () => {
      const { one, talk } = served()
      const { path, model } = talk()
      model.replies(says('one'), says('two'))
      await turn(`${one}${path}/turns`, { input: 'First', model: model.name })
      await ask(one + path, { method: 'DELETE' })
      await turn(`${one}${path}/turns`, { input: 'Second', model: model.name })
      assert.equal(await titleOf(one + path), 'Second')
    })
  })

  suite(`titles from the model, on ${database.name}`, () => {
    const served = servedOf(database, { CHATTERD_TITLES: 'model' })

    /** The title once it is another one than this. */
    async function changedTitle(url: string, from: string): Promise<unknown> {
      for (;;) {
        const { title } = (await ask(url)).json
        if (title !== from) return title
      }
    }

    test('after its first turn the model is asked once, without tools, and its words are the title', async () => {
      const { one, talk } = served()
      const { path, model } = talk()
      model.replies(says('It is mild.'), says('"Weather ', 'at\nhome"'), says('two'))
      await turn(`${one}${path}/turns`, { input: 'What is the weather?', model: model.name })
      assert.equal(await changedTitle(one + path, 'What is the weather?'), 'Weather at')
      const { body } = await model.prompt(1)
      assert.equal(body.tools, undefined)
      assert.match(body.messages[0]?.content ?? '', /What is the weather\?.*It is mild\./s)
      await turn(`${one}${path}/turns`, { input: 'And tomorrow?', model: model.name })
      assert.equal(model.prompts.length, 3)
    })

    test('a prompt does not wait for a title: the model is stopped, and asked again afterwards', async () => {
      const { one, talk } = served()
      const { path, model } = talk()
      const gate = Promise.withResolvers<void>()
      model.replies(
        says('one'),
        hangs([text('A ti')]),
        pauses([text('two')], gate.promise, [done()]),
        says('A title'),
      )
      await turn(`${one}${path}/turns`, { input: 'First', model: model.name })
      const title = await model.prompt(1)
      const second = await openEvents(`${one}${path}/turns`, { body: { input: 'Second', model: model.name } })
      await title.closed
      await model.prompt(2)
      assert.equal((await ask(one + path)).json.title, 'First')
      gate.resolve()
      await second.over
      assert.equal(await changedTitle(one + path, 'First'), 'A title')
    })

    test('a title that a client gives meanwhile stays', async () => {
      const { one, two, talk } = served()
      const { path, model } = talk()
      const gate = Promise.withResolvers<void>()
      model.replies(says('one'), pauses([text('Not ')], gate.promise, [text('this'), done()]))
      await turn(`${one}${path}/turns`, { input: 'First', model: model.name })
      await model.prompt(1)
      await ask(two + path, { method: 'PATCH', body: { title: 'Mine' } })
      gate.resolve()
      await (await model.prompt(1)).closed
      assert.equal((await ask(one + path)).json.title, 'Mine')
    })

    test('where the model fails, the title of the prompt stays', async () => {
      const { one, talk } = served()
      const { path, model } = talk()
      model.replies(says('one'), refuses(500, 'no'))
      await turn(`${one}${path}/turns`, { input: 'First', model: model.name })
      await (await model.prompt(1)).closed
      assert.equal((await ask(one + path)).json.title, 'First')
    })
  })
}
