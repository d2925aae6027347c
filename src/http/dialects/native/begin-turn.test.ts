import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNative } from '../../../../test/support/native-http/native-world.ts'
import { ChatterdError } from '../../../protocol/errors.ts'

const path = '/conversations/chat/turns'
const parameters = { type: 'object', properties: {} }

test('a text alone begins a turn; the response has the turn and its path', async (t) => {
  const { ask, turns } = openNative(t)
  const { status, headers, body } = await ask('POST', path, { input: 'Hi' })
  assert.equal(status, 202)
  assert.equal(headers.location, `/chatterd/v1/turns/${body.id}`)
  const { conversation, model, steps, calls } = body
  assert.deepEqual(
    { conversation, model, steps, calls },
    { conversation: 'chat', model: 'demo', steps: 0, calls: [] },
  )
  assert.deepEqual(turns.begun, [
    {
      conversation: { tenant: '', name: 'chat' },
      request: { model: 'demo', stream: true, offerTools: true, canAsk: true, settings: {} },
      messages: [{ role: 'user', content: 'Hi' }],
      whenBusy: 'queue',
    },
  ])
})

test('all members of a body are passed on', async (t) => {
  const { ask, turns } = openNative(t)
  const settings = { options: { temperature: 0 }, format: 'json', think: false, logprobs: true }
  const renamed = { keepAlive: '10m', topLogprobs: 3 }
  const input = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'What is this?', images: ['aGk='] },
  ]
  const rest = { system: 'You are kind.', toolChoice: 'none', whenBusy: 'replace' }
  await ask('POST', path, { input, model: 'demo', tools: [], ...settings, ...renamed, ...rest })
  assert.deepEqual(turns.begun, [
    {
      conversation: { tenant: '', name: 'chat' },
      request: {
        ...{ model: 'demo', stream: true, offerTools: false, canAsk: true },
        settings: { ...settings, keep_alive: '10m', top_logprobs: 3 },
      },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'What is this?', images: ['aGk='] },
      ],
      tools: [],
      replaceTools: true,
      system: 'You are kind.',
      whenBusy: 'replace',
    },
  ])
})

test('a choice of a tool is passed on, and `auto` is the same as none', async (t) => {
  const { ask, turns } = openNative(t)
  for (const toolChoice of ['required', { name: 'get_time' }, 'auto', undefined])
    await ask('POST', path, { input: 'Hi', ...(toolChoice && { toolChoice }) })
  assert.deepEqual(
    turns.begun.map(({ request }) => [request.offerTools, request.toolChoice]),
    [
      [true, 'required'],
      [true, { name: 'get_time' }],
      [true, undefined],
      [true, undefined],
    ],
  )
})

test('members that are not known are refused with the nearest that is, in every body', async (t) => {
  const { ask, turns } = openNative(t)
  const user = { role: 'user', content: 'Hi' }
  const turn = '00000000-0000-7000-8000-000000000000'
  const cases: [method: string, path: string, body: object, words: string][] = [
    ['POST', path, { input: 'Hi', tool: [] }, 'body: there is no member "tool"; did you mean tools?'],
    [
      'POST',
      path,
      { input: [{ ...user, imags: [] }] },
      'input.0: there is no member "imags"; did you mean images?',
    ],
    ['POST', path, { input: 'Hi', xyzzyplugh: 1 }, 'body: there is no member "xyzzyplugh".'],
    ['PATCH', '/conversations/chat', { titel: 'x' }, 'body: there is no member "titel"; did you mean title?'],
    [
      'POST',
      `/turns/${turn}/results`,
      { results: [{ callId: 'a', ouput: 1 }] },
      'results.0: there is no member "ouput"; did you mean output?',
    ],
  ]
  for (const [method, at, body, words] of cases) {
    const response = await ask(method as 'POST', at, body)
    assert.deepEqual([response.status, response.body.detail], [422, words])
  }
  assert.deepEqual(turns.begun, [])
})

test('device tools are read in every form, and one with the name of a resident tool is left out', async (t) => {
  const { ask, turns, leftOut } = openNative(t, { limits: { ...bounds, maxTools: 6 } })
  const tools = [
    { name: 'get_location', description: 'Where', parameters },
    { type: 'function', function: { name: 'beep' } },
    { function: { name: 'get_weather', parameters } },
    { name: 'mcp', title: 'MCP', inputSchema: parameters, annotations: { readOnlyHint: true } },
    { name: 'anthropic', description: null, input_schema: parameters },
    { type: 'function', function: { name: 'openai', description: null, parameters: null } },
  ]
  await ask('POST', path, { input: 'Hi', tools })
  assert.deepEqual(turns.begun[0]?.tools, [
    { type: 'function', function: { name: 'get_location', description: 'Where', parameters } },
    { type: 'function', function: { name: 'beep' } },
    { type: 'function', function: { name: 'mcp', parameters } },
    { type: 'function', function: { name: 'anthropic', parameters } },
    { type: 'function', function: { name: 'openai' } },
  ])
  const two = { name: 'two', parameters, inputSchema: parameters }
  const refused = await ask('POST', path, { input: 'Hi', tools: [two] })
  assert.equal(refused.body.detail, 'tools: "two" has more than one schema of its arguments.')
  assert.deepEqual(leftOut, ['get_weather'])
})

test('the resident tools of a turn are chosen by patterns of their names, and by an empty list, which is none of them', async (t) => {
  const { ask, turns } = openNative(t)
  for (const residentTools of [['get_*'], ['get_weather', '*'], []])
    assert.equal((await ask('POST', path, { input: 'Hi', residentTools })).status, 202)
  assert.deepEqual(
    turns.begun.map(({ request }) => request.residentTools),
    [['get_*'], ['get_weather', '*'], []],
  )
})

test('a pattern that is the name of no resident tool is refused with the nearest name', async (t) => {
  const { ask, turns } = openNative(t)
  const cases: [residentTools: unknown, detail: RegExp][] = [
    [
      ['get_*', 'get_whether'],
      /^residentTools\.1: there is no resident tool "get_whether"; did you mean get_weather\?$/,
    ],
    [['fs_*'], /^residentTools\.0: there is no resident tool "fs_\*"\.$/],
    [[''], /^residentTools\.0/],
    ['get_*', /^residentTools/],
    [Array(129).fill('*'), /^residentTools/],
  ]
  for (const [residentTools, detail] of cases) {
    const { status, body } = await ask('POST', path, { input: 'Hi', residentTools })
    assert.equal(status, 422)
    assert.match(String(body.detail), detail)
  }
  assert.deepEqual(turns.begun, [])
})

test('a request that is sent again with its key gets its turn, also when a tool that it chose is gone', async (t) => {
  const { ask, turns, directory } = openNative(t)
  const before = directory.addTurn({ status: 'completed' })
  turns.replay = { turn: before.id, after: 0 }
  const body = { input: 'Hi', residentTools: ['gone'] }
  const response = await ask('POST', path, body, { 'Idempotency-Key': 'k' })
  assert.deepEqual([response.status, response.body.id], [202, before.id])
})

test("the model is the requested one, else the conversation's, else the engine's first that can chat", async (t) => {
  const { ask, turns, directory, models } = openNative(t)
  models.unshift({ name: 'embedder', capabilities: ['embedding'] }, { name: 'silent' })
  await ask('POST', path, { input: 'Hi' })
  directory.addConversation({ model: 'demo' })
  await ask('POST', path, { input: 'Hi' })
  await ask('POST', path, { input: 'Hi', model: 'silent' })
  assert.deepEqual(
    turns.begun.map(({ request }) => request.model),
    ['silent', 'demo', 'silent'],
  )
})

test('a conversation that was begun on the demo engine without a model does not remember the demo', async (t) => {
  const { ask, turns, engine } = openNative(t)
  for (const name of ['demo', 'ollama']) {
    engine.name = name
    await ask('POST', path, { input: 'Hi' })
    await ask('POST', path, { input: 'Hi', model: 'demo' })
  }
  assert.deepEqual(
    turns.begun.map(({ forgetsModel }) => forgetsModel),
    [true, undefined, undefined, undefined],
  )
})

test('a model that the engine does not have is refused, and so is a prompt when the engine has no model', async (t) => {
  const { ask, directory, models } = openNative(t)
  const response = await ask('POST', path, { input: 'Hi', model: 'gone' })
  assert.equal(response.status, 404)
  assert.equal(response.body.code, 'unknown-model')
  assert.equal(response.body.detail, "The engine (scripted) has no model 'gone'. It has: demo.")
  models.length = 0
  directory.found.clear()
  assert.equal((await ask('POST', path, { input: 'Hi' })).body.code, 'unknown-model')
})

test('a key is passed on with a digest of the body, and the turn of an earlier request with it is returned', async (t) => {
  const { ask, turns, directory } = openNative(t)
  const before = directory.addTurn({ status: 'completed' })
  const headers = { 'Idempotency-Key': 'k 1' }
  for (const input of ['a', 'a', 'b']) await ask('POST', path, { input }, headers)
  const digests = turns.begun.map(({ key }) => key?.digest)
  assert.deepEqual(
    turns.begun.map(({ key }) => key?.key),
    ['k 1', 'k 1', 'k 1'],
  )
  assert.match(digests[0] ?? '', /^[\da-f]{64}$/)
  assert.equal(digests[0], digests[1])
  assert.notEqual(digests[0], digests[2])
  turns.replay = { turn: before.id, after: 0 }
  const { status, body } = await ask('POST', path, { input: 'a' }, headers)
  assert.deepEqual([status, body.id, body.status], [202, before.id, 'completed'])
})

test('a malformed key is refused', async (t) => {
  const { ask, turns } = openNative(t)
  for (const key of ['', 'x'.repeat(256), 'schlüssel', 'a\tb']) {
    assert.equal((await ask('POST', path, { input: 'Hi' }, { 'Idempotency-Key': key })).status, 422, key)
  }
  assert.deepEqual(turns.begun, [])
})

test('a body that does not fit the schema is refused with the path of the error, and no turn begins', async (t) => {
  const { ask, turns } = openNative(t)
  const cases: [unknown, RegExp][] = [
    [undefined, /^body: must be an object/],
    [{}, /input/],
    [{ input: [] }, /^input/],
    [{ input: [{ role: 'tool', content: '' }] }, /^input\.0\.role: one of .*user.* is expected/],
    [{ input: [{ role: 'user' }] }, /^input\.0: 'content' is missing/],
    [{ input: 'Hi', model: '' }, /^model/],
    [{ input: 'Hi', model: 'a\u0000' }, /^model/],
    [{ input: 'Hi', model: '\ud800' }, /model must be well-formed/],
    [{ input: 'Hi', tools: [{}] }, /^tools\.0/],
    [
      { input: 'Hi', toolChoice: 'always' },
      /^toolChoice: one of auto, none, required, or an object, is expected/,
    ],
    [{ input: 'Hi', toolChoice: { tool: 'x' } }, /^toolChoice: .*"tool"/],
    [{ input: 'Hi', whenBusy: 'wait' }, /^whenBusy/],
    [{ input: Array(5).fill({ role: 'user', content: '' }) }, /has 5 messages; 4 are allowed/],
    [{ input: [{ role: 'user', content: '', images: Array(5).fill('') }] }, /5 calls and images/],
    [{ input: 'Hi', tools: Array(3).fill({ name: 'f' }) }, /has 3 tools; 2 are allowed/],
  ]
  for (const [body, detail] of cases) {
    const response = await ask('POST', path, body)
    assert.equal(response.status, 422, JSON.stringify(body))
    assert.match(String(response.body.detail), detail)
  }
  assert.deepEqual(turns.begun, [])
})

test("a conversation's name is any text of up to 155 characters, percent-encoded in the path", async (t) => {
  const { ask, turns } = openNative(t)
  for (const name of ['zwei Wörter', 'a/b?c#d%', '🎈'.repeat(155), "'; drop table"]) {
    assert.equal(
      (await ask('POST', `/conversations/${encodeURIComponent(name)}/turns`, { input: 'Hi' })).status,
      202,
    )
    assert.equal(turns.begun.at(-1)?.conversation.name, name)
  }
  for (const name of ['x'.repeat(156), '%00', '%zz', '%ff', 'x'.repeat(3_000)]) {
    const { status, type } = await ask('POST', `/conversations/${name}/turns`, { input: 'Hi' })
    assert.deepEqual([status, type.split(';')[0]], [422, 'application/problem+json'], name)
  }
})

test('a refused turn is sent with its status, and with Retry-After where the status is 429 or 503', async (t) => {
  const { ask, turns } = openNative(t)
  for (const [code, status, retry] of [
    ['conversation-busy', 409, undefined],
    ['key-reused', 422, undefined],
    ['too-many-requests', 429, '1'],
    ['database-unavailable', 503, '1'],
  ] as const) {
    turns.refusal = new ChatterdError(code, 'No.')
    const response = await ask('POST', path, { input: 'Hi' })
    assert.deepEqual(
      [response.status, response.body.code, response.body.detail, response.headers['retry-after']],
      [status, code, 'No.', retry],
    )
  }
})

test('while the server shuts down, requests to begin and to follow turns are refused', async (t) => {
  const { ask, turns, directory } = openNative(t)
  turns.isDraining = true
  const { id } = directory.addTurn()
  for (const response of [
    await ask('POST', path, { input: 'Hi' }),
    await ask('GET', `/turns/${id}/events`),
  ]) {
    assert.deepEqual(
      [response.status, response.body.code, response.headers['retry-after']],
      [503, 'shutting-down', '1'],
    )
  }
})

const bounds = { keepAliveMs: 60_000, maxUnreadBytes: 1_000, maxMessages: 4, maxTools: 2 }
