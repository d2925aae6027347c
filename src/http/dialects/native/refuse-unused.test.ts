import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNative } from '../../../../test/support/native-http/native-world.ts'

const turn = '/turns/0194d3c0-1f5e-7a51-b8a1-6a1f0f3c2a11'

test('a parameter that a route does not have is refused, with the nearest that it has', async (t) => {
  const { ask } = openNative(t)
  for (const [method, path, detail] of [
    ['GET', '/conversations?limitt=3', 'query: there is no parameter "limitt"; did you mean limit?'],
    [
      'GET',
      '/conversations/chat/messages?befor=3',
      'query: there is no parameter "befor"; did you mean before?',
    ],
    ['GET', `${turn}/events?afterr=3`, 'query: there is no parameter "afterr"; did you mean after?'],
    ['GET', '/models?x=', 'query: there is no parameter "x".'],
    ['GET', '/openapi.json?version=3', 'query: there is no parameter "version".'],
    ['POST', `${turn}/cancel?reason=x`, 'query: there is no parameter "reason".'],
    ['DELETE', '/conversations/chat?force', 'query: there is no parameter "force".'],
  ] as const) {
    const { status, body } = await ask(method, path)
    assert.deepEqual([status, body.code, body.detail], [422, 'invalid-request', detail])
  }
})

test('a body that a route does not read is refused, and one without anything in it is taken', async (t) => {
  const { ask } = openNative(t)
  for (const [method, path] of [
    ['GET', '/conversations'],
    ['GET', '/models'],
    ['DELETE', '/conversations/chat'],
    ['POST', `${turn}/cancel`],
  ] as const) {
    const refused = 'body: this request takes none.'
    for (const body of [{ reason: 'x' }, [], '1.0'])
      assert.equal((await ask(method, path, body)).body.detail, refused)
    for (const body of [undefined, {}, 'null']) assert.notEqual((await ask(method, path, body)).status, 422)
  }
})

test('numbers are read by their value, however they are written', async (t) => {
  const { ask, turns } = openNative(t)
  const begin = (members: string) => ask('POST', '/conversations/chat/turns', `{"input": "hi", ${members}}`)
  for (const [members, settings] of [
    ['"logprobs": true, "topLogprobs": 5.0', { logprobs: true, top_logprobs: 5 }],
    ['"keepAlive": 6e1', { keep_alive: 60 }],
  ] as const) {
    assert.equal((await begin(members)).status, 202)
    assert.deepEqual(turns.begun.at(-1)?.request.settings, settings)
  }
  for (const [members, detail] of [
    ['"options": 1e2', 'options: must be an object.'],
    ['"options": 12345678901234567890', 'options: must be an object.'],
    ['"topLogprobs": 5.50', 'topLogprobs: must be a whole number from 0 to 20.'],
    ['"tools": [{"name": "a", "parameters": 3.10}]', 'tools: the schema of "a" must be an object.'],
    [
      '"tools": [{"function": {"name": "a", "parameters": 3.10}}]',
      'tools: the schema of "a" must be an object.',
    ],
  ])
    assert.equal((await begin(members ?? '')).body.detail, detail)
})
