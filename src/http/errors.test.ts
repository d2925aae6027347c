import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNative } from '../../test/support/native-http/native-world.ts'

test('a message of an unknown role is refused with the roles that it may have, in both dialects', async (t) => {
  const { app, ask } = openNative(t)
  const messages = [{ role: 'usr', content: 'Hello' }]
  const classic = await app.inject({
    method: 'POST',
    url: '/llmtools',
    payload: JSON.stringify({ appID: 'app', model: 'demo', messages }),
  })
  assert.equal(classic.statusCode, 422)
  assert.equal(classic.json().error, 'messages.0.role: one of system, user, assistant, tool is expected.')
  const native = await ask('POST', '/conversations/chat/turns', { input: messages })
  assert.equal(native.status, 422)
  assert.equal(native.body.detail, 'input.0.role: one of system, user, assistant is expected.')
})
