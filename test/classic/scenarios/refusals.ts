import assert from 'node:assert/strict'
import { test } from 'node:test'
import { get, send } from '../../support/clients/classic/post.ts'
import { says } from '../../support/stand-ins/ollama-replies.ts'
import type { World } from '../world.ts'

/** Requests that cannot be taken: JSON with the right status, and nothing stored. */
export function refusals(world: () => World): void {
  const good = { appID: 'refused', model: 'refused:test', messages: [{ role: 'user', content: 'Hi' }] }
  const without = (name: string) => Object.fromEntries(Object.entries(good).filter(([key]) => key !== name))

  const bad: [what: string, body: unknown][] = [
    ['no body', ''],
    ['no JSON', '{"appID": "refused", '],
    ['no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])],
    ['a list', []],
    ['a string', '"hello"'],
    ['null', 'null'],
    ['objects in objects without end', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    [
      'an option with 101 levels',
      { ...good, options: JSON.parse(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`) },
    ],
    ['no appID', without('appID')],
    ['an empty appID', { ...good, appID: '' }],
    ['an appID of 156 characters', { ...good, appID: 'x'.repeat(156) }],
    ['an appID that is a number', { ...good, appID: 1 }],
    [
      'an appID with half a surrogate pair',
      '{"appID":"a\\ud800","model":"refused:test","messages":[{"role":"user","content":"Hi"}]}',
    ],
    [
      'more calls in a history than messages are allowed',
      {
        ...good,
        messages: [
          { role: 'assistant', tool_calls: Array(1_001).fill({ function: { name: 'a' } }) },
          good.messages[0],
        ],
      },
    ],
    ['an appID that is one dot', { ...good, appID: '.' }],
    ['an appID that is two dots', { ...good, appID: '..' }],
    ['an appID with a NUL', { ...good, appID: 'a\u0000b' }],
    ['no model', without('model')],
    ['a model that is a number', { ...good, model: 1 }],
    ['no messages', without('messages')],
    ['messages that are null', { ...good, messages: null }],
    ['a message that is a string', { ...good, messages: ['Hi'] }],
    ['an unknown role', { ...good, messages: [{ role: 'wizard', content: 'Hi' }] }],
    ['content that is a number', { ...good, messages: [{ role: 'user', content: 1 }] }],
    ['images that are no list', { ...good, messages: [{ role: 'user', content: '', images: 'aGk=' }] }],
    ['tools that are no list', { ...good, tools: { name: 'a' } }],
    ['a tool without a name', { ...good, tools: [{ type: 'function', function: {} }] }],
    ['stream that is a string', { ...good, stream: 'yes' }],
    [
      'a tool result in the middle',
      { ...good, messages: [{ role: 'tool', content: 'x' }, good.messages[0]] },
    ],
  ]
  for (const route of ['/llmtools', '/llmchat']) {
    test(`${route} refuses invalid bodies with 422 and a message, and stores nothing`, async () => {
      const model = world().ollama.model('refused:test')
      for (const [what, body] of bad) {
        const response = await send(world().url + route, body).response
        assert.equal(response.status, 422, `${what}: ${response.raw}`)
        assert.deepEqual(Object.keys(response.json as object), ['error'], what)
        assert.ok(response.error, what)
      }
      assert.equal(model.prompts.length, 0)
      model.replies(says('Hi.'))
      await send(`${world().url}/llmprep`, { ...good, messages: [] }).response
      assert.equal((await send(world().url + route, good).response).text, 'Hi.')
      assert.deepEqual(model.lastMessages(), good.messages)
    })
  }

  test('/llmprep refuses invalid bodies, and does not change the conversation', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Hi.'), says('Yes.'))
    await phone.prompt('Hello')
    for (const bad of [
      { appID: phone.appID },
      { appID: phone.appID, model: 'm', messages: [{ role: 'x' }] },
      { appID: '..', model: 'm', messages: [] },
    ]) {
      assert.equal((await send(`${world().url}/llmprep`, bad).response).status, 422)
    }
    await phone.prompt('Still there?')
    assert.equal(model.lastMessages().length, 3)
  })

  test('an appID is any name, long or odd, and each has its own conversation', async () => {
    const names = [
      'x'.repeat(155),
      '👩‍👩‍👧'.repeat(19),
      '../../etc/passwd',
      "'; drop table chatterd.conversations; --",
      ' ',
      'a\nb',
      'edu.umich.app',
      'EDU.umich.app',
      '%00',
      '__proto__',
    ]
    const { model } = world().talk()
    for (const appID of names) {
      model.replies(says('One.'), says('Two.'))
      const post = (content: string) =>
        send(`${world().url}/llmtools`, { appID, model: model.name, messages: [{ role: 'user', content }] })
          .response
      assert.equal((await post('First')).text, 'One.', appID)
      assert.equal((await post('Second')).text, 'Two.', appID)
      assert.deepEqual(
        model.lastMessages().map(({ content }) => content),
        ['First', 'One.', 'Second'],
        appID,
      )
    }
  })

  test('a body is read as JSON whatever its content type', async () => {
    const { phone, model } = world().talk()
    const types = [
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/json; charset=UTF-8',
      'json',
      '',
    ]
    for (const type of types) {
      model.replies(says('Hi.'))
      const body = JSON.stringify({ ...good, appID: phone.appID, model: model.name })
      const response = await send(`${world().url}/llmtools`, body, { headers: { 'content-type': type } })
        .response
      assert.equal(response.text, 'Hi.', type)
    }
  })

  test('unknown fields are ignored', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Hi.'))
    const { status } = await phone.post('Hi', { future: { a: 1 } }).response
    assert.equal(status, 200)
  })

  test('an unknown route is 404, in JSON', async () => {
    for (const [path, method] of [
      ['/nope', 'GET'],
      ['/llmtools/more', 'POST'],
      ['/nope', 'OPTIONS'],
    ] as const) {
      const response = await send(world().url + path, undefined, { method }).response
      assert.equal(response.status, 404, path)
      assert.ok(response.error)
    }
    assert.match(
      (await get(`${world().url}/nope?secret=1`)).error ?? '',
      /^There is nothing at GET \/nope\.$/,
    )
  })

  test('a route has its methods only, and says which they are', async () => {
    for (const [path, method, allow] of [
      ['/llmtools', 'GET', 'POST'],
      ['/weather?lat=1', 'DELETE', 'GET, HEAD, POST'],
      ['/', 'POST', 'GET, HEAD'],
    ] as const) {
      const response = await send(world().url + path, undefined, { method }).response
      assert.deepEqual([response.status, response.headers.allow], [405, allow], path)
      assert.ok(response.error)
    }
  })

  test('a slash at the end of a path changes nothing', async () => {
    const { phone, model } = world().talk()
    model.replies(says('Hi.'))
    const body = { appID: phone.appID, model: model.name, messages: good.messages }
    assert.equal((await send(`${world().url}/llmtools/`, body).response).text, 'Hi.')
    assert.equal((await get(`${world().url}/getchatts/`)).status, 200)
  })
}
