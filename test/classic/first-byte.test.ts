import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { send } from '../support/clients/classic/post.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { hangs, says } from '../support/stand-ins/ollama-replies.ts'
import { worldOf } from './world.ts'

const [database] = databaseKinds.filter(({ kind }) => kind === 'postgresql')
assert.ok(database)

describe('a model that is slow to begin', () => {
  // No other comment than the first one comes in such a time.
  const settings = {
    CHATTERD_FIRST_BYTE: '100ms',
    CHATTERD_KEEP_ALIVE: '10m',
    CHATTERD_FIRST_TOKEN_TIMEOUT: '2s',
  }
  const world = worldOf(database, settings)

  for (const headers of [{}, { 'idempotency-key': 'a' }]) {
    const title = 'idempotency-key' in headers ? 'with a key' : 'without a key'
    test(`a prompt ${title} gets a comment before the first token`, async () => {
      const { phone, model } = world().talk()
      const gate = Promise.withResolvers<void>()
      model.replies(async (response, prompt) => {
        await gate.promise
        return says('At last.')(response, prompt)
      })
      const body = { appID: phone.appID, model: phone.model, messages: [{ role: 'user', content: 'Hello?' }] }
      const posting = send(`${world().url}/llmtools`, body, { headers })
      await posting.comments(1)
      gate.resolve()
      const response = await posting.response
      assert.equal(response.text, 'At last.')
      assert.equal(response.comments.length, 1)
    })
  }

  test('what goes wrong after that is an event, and later prompts leave this one out', async () => {
    const { phone, model } = world().talk()
    model.replies(hangs(), says('Sorry.'))
    const { last } = await phone.prompt('Hello?')
    assert.deepEqual([last.status, last.comments.length], [200, 1])
    assert.match(last.error ?? '', /sent nothing within 2 s/)
    await phone.prompt('And now?')
    assert.deepEqual(
      model.lastMessages().map(({ content }) => content),
      ['And now?'],
    )
  })
})
