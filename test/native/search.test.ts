import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../src/protocol/json.ts'
import { ask } from '../support/clients/native/ask.ts'
import { openEvents } from '../support/clients/native/server-events.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { servedOf } from '../support/processes/served.ts'
import { says } from '../support/stand-ins/ollama-replies.ts'

for (const database of databaseKinds)
  suite(`search over HTTP, on ${database.name}`, () => {
    const served = servedOf(database)
    const search = async (query: string) => {
      const { status, json } = await ask(`${served().two}/conversations?${query}`)
      return { status, found: (json.conversations ?? []) as JsonObject[], json }
    }

    test('a conversation is found by what its user and its model said, with the text around it', async () => {
      const { one, talk } = served()
      const { name, path, model } = talk()
      model.replies(says('The answer is ', 'forty-two.'))
      await (
        await openEvents(`${one}${path}/turns`, {
          body: { input: 'What is\nthe question?', model: model.name },
        })
      ).over
      const { found } = await search('search=forty')
      assert.deepEqual(
        found.map((one) => [one.name, one.match]),
        [[name, { seq: 2, text: 'The answer is forty-two.' }]],
      )
      assert.deepEqual(
        (await search('search=question%20wha')).found.map(({ match }) => match),
        [{ seq: 1, text: 'What is the question?' }],
      )
      const all = (await search('search=')).found
      assert.deepEqual([all.length > 0, all[0]?.match], [true, undefined])
    })

    test('strangers get an answer to whatever they search for: a page, or what is wrong', async () => {
      for (const text of [
        '%00',
        '%ff',
        '%ED%A0%80',
        '%F0%9F%8E%88',
        "';--",
        '%5C',
        '%25',
        '(((',
        '%E2%80%AE',
        'x'.repeat(256),
      ])
        assert.equal((await search(`search=${text}`)).status, 200, text)
      for (const query of [
        `search=${'x'.repeat(257)}`,
        'search=a&search=b',
        'search=a&after=x',
        'search=a&limit=0',
      ])
        assert.deepEqual(
          [(await search(query)).status, (await search(query)).json.code],
          [422, 'invalid-request'],
          query,
        )
    })
  })
