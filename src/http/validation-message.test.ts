import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNative } from '../../test/support/native-http/native-world.ts'

test('what is wrong with a request is said in words, with the nearest name where one is misspelled', async (t) => {
  const { ask } = openNative(t)
  const path = '/conversations/chat/turns'
  for (const [body, detail] of [
    [[], 'body: must be an object.'],
    [{}, "body: 'input' is missing."],
    [{ inpt: 'Hi' }, 'body: there is no member "inpt"; did you mean input?'],
    [{ messages: [] }, `body: there is no member "messages", and 'input' is missing.`],
    [{ input: [] }, 'input: at least one message is expected, unless `after` names one to answer anew.'],
    [{ input: 5 }, 'input: must be a text or must be a list.'],
    [
      { input: [{ role: 'user', contents: 'Hi' }] },
      'input.0: there is no member "contents"; did you mean content?',
    ],
    [{ input: 'Hi', model: '' }, 'model: must have at least 1 character.'],
    [{ input: 'Hi', model: 'a\u0000' }, 'model: must not have the character U+0000.'],
    [{ input: 'Hi', topLogprobs: 50 }, 'topLogprobs: must be a whole number from 0 to 20.'],
    [
      {
        input: [
          { role: 'user', content: '' },
          { role: 'user', content: '', images: ['no'] },
        ],
      },
      'input.1.images.0: an image in base64 is expected.',
    ],
  ] as const)
    assert.equal((await ask('POST', path, body)).body.detail, detail)
  const { body } = await ask('POST', path, { input: 'Hi' }, { 'Idempotency-Key': 'schlüssel' })
  assert.equal(body.detail, 'idempotency-key: must be printable ASCII characters.')
  const page = await ask('GET', '/conversations?limit=0')
  assert.equal(page.body.detail, 'limit: must be a whole number from 1 to 200.')
})
