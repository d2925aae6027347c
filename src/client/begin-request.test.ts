import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientOf, end, start, stream } from '../../test/support/clients/sdk/told-server.ts'

test('a prompt is sent with its options and the schemas of its tools, and with nothing else', async () => {
  const { chat, platform, requests } = clientOf({ 'POST /turns': stream(start + end(2)) })
  const parameters = { type: 'object', properties: {} }
  const turn = chat.send('hi', {
    ...{ model: 'm', think: true, after: 3, whenBusy: 'refuse', idempotencyKey: 'mine' },
    tools: [{ name: 'where', parameters, repeatable: true, run: () => 'here' }, { name: 'ask' }],
    signal: new AbortController().signal,
  })
  await platform.passUntil(() => turn.state.status === 'completed')
  assert.deepEqual(
    requests.map(({ body, key }) => [body, key]),
    [
      [
        {
          ...{ input: 'hi', model: 'm', think: true, after: 3, whenBusy: 'refuse', queueEvents: true },
          tools: [{ name: 'where', parameters }, { name: 'ask' }],
        },
        'mine',
      ],
    ],
  )
  assert.deepEqual(turn.request.body, requests[0]?.body)
  assert.equal('tools' in (chat.send('hi').request.body ?? {}), false)
})

test('a client outside of pages that is not told where the server is says so at once', async () => {
  const { createClient } = await import('./create-client.ts')
  assert.throws(() => createClient(), /baseUrl has to say where the server is/)
})
