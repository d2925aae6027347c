import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { JsonObject } from '../../src/protocol/json.ts'
import { ask } from '../support/clients/native/ask.ts'
import { openEvents } from '../support/clients/native/server-events.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { servedOf } from '../support/processes/served.ts'
import { says } from '../support/stand-ins/ollama-replies.ts'

for (const database of databaseKinds)
  suite(`export, on ${database.name}`, () => {
    const served = servedOf(database)

    /** A conversation with two branches of many messages, which are more than one page. */
    async function longTalk() {
      const { one, two, talk } = served()
      const { name, path, model } = talk()
      const say = async (input: unknown, reply: string, more = {}) => {
        model.replies(says(reply))
        const turn = await openEvents(`${one}${path}/turns`, { body: { input, model: model.name, ...more } })
        await turn.over
      }
      const history = Array.from({ length: 70 }, (_, index) => ({ role: 'user', content: `old ${index}` }))
      await say(history, 'first')
      await say('Hello?', 'Hi.')
      await say('Hello again?', 'Hi again.', { after: 71 })
      return { name, url: two + path }
    }

    test('as JSON it has all members of all messages of all branches', async () => {
      const { url } = await longTalk()
      const { status, type, headers, json } = await ask(`${url}/export`)
      assert.deepEqual([status, type], [200, 'application/json; charset=utf-8'])
      assert.match(String(headers['content-disposition']), /^attachment; filename="chat old 0\.json"/)
      assert.deepEqual(json.conversation, (await ask(url)).json)
      const read = async (query: string) =>
        (await ask(`${url}/messages?limit=200&${query}`)).json.messages as JsonObject[]
      const [first, second] = [await read('branch=1'), await read('branch=2')]
      assert.deepEqual(json.messages, [...first, ...second.filter(({ branch }) => branch === 2)])
    })

    test('as Markdown it has the messages of the current branch', async () => {
      const { url } = await longTalk()
      const { status, type, headers, text } = await ask(`${url}/export?format=markdown`)
      assert.deepEqual([status, type], [200, 'text/markdown; charset=utf-8'])
      assert.match(String(headers['content-disposition']), /\.md"/)
      assert.match(text, /^# old 0\n\n## User, \d{4}-/)
      assert.equal(text.match(/^## /gm)?.length, 73)
      assert.ok(text.includes('Hi again.') && !text.includes('Hi.\n'))
    })

    test('a conversation that does not exist, and a format that there is not, are refused', async () => {
      const { one } = served()
      assert.equal((await ask(`${one}/conversations/nobody/export`)).status, 404)
      assert.equal((await ask(`${one}/conversations/nobody/export?format=pdf`)).status, 422)
    })
  })
