import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'
import { worldOf } from './world.ts'

for (const database of databaseKinds)
  suite(`an app that was closed and opened again, on ${database.name}`, () => {
    const world = worldOf(database, { CHATTERD_BUSY_GRACE: '50ms' })

    test('its next prompt ends the answer that nobody listens to any more, and keeps the text of it', async () => {
      const { phone, model } = world().talk()
      const never = new Promise<void>(() => {})
      model.replies(pauses([text('Once ')], never, [done()]), says('Hello again.'))
      const posting = phone.post('Tell me a story.')
      await posting.event(0)
      posting.disconnect()
      await assert.rejects(posting.response)
      assert.equal((await phone.prompt('Are you there?')).text, 'Hello again.')
      assert.deepEqual(
        model.lastMessages().map(({ content }) => content),
        ['Tell me a story.', 'Once ', 'Are you there?'],
      )
    })
  })
