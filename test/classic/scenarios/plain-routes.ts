import assert from 'node:assert/strict'
import { test } from 'node:test'
import { get, send } from '../../support/clients/classic/post.ts'
import { recording } from '../../support/ollama/recordings.ts'
import type { World } from '../world.ts'

/** The routes beside the chat. */
export function plainRoutes(world: () => World): void {
  const url = (path: string) => world().url + path

  test('GET / greets phones with a JSON string and browsers with a page', async () => {
    const phone = await get(url('/'))
    assert.deepEqual([phone.status, phone.raw.toString()], [200, '"EECS Reactive chatterd"'])
    assert.equal(
      (await send(url('/'), undefined, { method: 'GET', headers: { accept: '*/*' } }).response).json,
      'EECS Reactive chatterd',
    )
    const browser = await get(url('/'), { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' })
    assert.match(browser.contentType, /^text\/html/)
    assert.match(browser.raw.toString(), /^<!doctype html>/)
  })

  test('/healthz and /readyz say that the process lives and serves', async () => {
    assert.equal((await get(url('/healthz'))).status, 200)
    assert.equal((await get(url('/readyz'))).status, 200)
  })

  const weather = 'Weather at lat: 42.29, lon: -83.71 is 51.3ºF'
  const requests: [what: string, method: string, path: string, body?: unknown][] = [
    ['GET with a body, as curl sends it', 'GET', '/weather', { lat: '42.29', lon: '-83.71' }],
    ['GET with numbers in its body', 'GET', '/weather', { lat: 42.29, lon: -83.71 }],
    ['POST', 'POST', '/weather', { lat: '42.29', lon: '-83.71' }],
    ['GET with a query', 'GET', '/weather?lat=42.29&lon=-83.71'],
    ['POST with a query', 'POST', '/weather?lat=42.29&lon=-83.71'],
  ]
  for (const [what, method, path, body] of requests) {
    test(`/weather responds to ${what} with one JSON string`, async () => {
      const response = await send(url(path), body, { method }).response
      assert.deepEqual([response.status, response.raw.toString()], [200, JSON.stringify(weather)])
      assert.match(response.contentType, /^application\/json/)
    })
  }

  test('/weather names the parameters that it expects', async () => {
    for (const [path, missing] of [
      ['/weather', 'lat'],
      ['/weather?latitude=42.29&lon=-83.71', 'lat'],
      ['/weather?lat=42.29', 'lon'],
    ] as const) {
      const { status, error } = await send(url(path), undefined, { method: 'GET' }).response
      assert.equal(status, 422)
      assert.equal(
        error,
        `lat and lon are expected, such as /weather?lat=42.29&lon=-83.71; ${missing} is missing.`,
      )
    }
  })

  test('/weather refuses invalid coordinates with 422', async () => {
    for (const body of [
      {},
      { lat: 91, lon: 0 },
      { lat: 0, lon: 181 },
      { lat: 'here', lon: 'there' },
      { lat: null, lon: 1 },
      [],
    ]) {
      const response = await send(url('/weather'), body).response
      assert.equal(response.status, 422, JSON.stringify(body))
      assert.ok(response.error)
    }
    for (const [lat, lon] of [
      ['90', '180'],
      ['-90', '-180'],
    ])
      assert.equal((await send(url('/weather'), { lat, lon }).response).status, 200)
  })

  test('a failure of the weather service is 500 with its message', async () => {
    world().openMeteo.troubles('71', 'is broken')
    world().openMeteo.troubles('72', 'refuses')
    for (const lat of ['71', '72']) {
      const response = await send(url('/weather'), { lat, lon: '1' }).response
      assert.equal(response.status, 500)
      assert.match(
        response.error ?? '',
        /^Internal server error: The weather service \(Open-Meteo\) answered/,
      )
    }
  })

  test('the board stores what is posted, with username or name, in order', async () => {
    const posts = [
      { username: 'ada', message: 'Hello 👋\u0000\r\n' },
      { name: 'bob', message: '' },
      { username: 'ada', name: null, message: '  two  spaces  ' },
    ]
    for (const post of posts) {
      const response = await send(url('/postchatt'), post).response
      assert.deepEqual([response.status, response.raw.toString()], [200, '{}'])
    }
    const board = (await get(url('/getchatts'))).json as [string, string, string, string][]
    const mine = board.slice(-3)
    assert.deepEqual(
      mine.map(([username, message]) => [username, message]),
      [
        ['ada', 'Hello 👋\u0000\r\n'],
        ['bob', ''],
        ['ada', '  two  spaces  '],
      ],
    )
    for (const row of mine) {
      assert.equal(row.length, 4)
      assert.match(row[2], /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      assert.match(row[3], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|\+00:00)$/)
    }
    assert.deepEqual(
      mine.map((row) => row[3]),
      mine.map((row) => row[3]).toSorted(),
    )
  })

  test('the board refuses what has no name or no message with 422, and stores nothing of it', async () => {
    const before = (await get(url('/getchatts'))).raw.toString()
    for (const bad of [{ message: 'x' }, { username: 'x' }, { username: 1, message: 'x' }, [], null, 'x']) {
      assert.equal(
        (await send(url('/postchatt'), JSON.stringify(bad)).response).status,
        422,
        JSON.stringify(bad),
      )
    }
    assert.equal((await get(url('/getchatts'))).raw.toString(), before)
  })

  test('/llmprompt passes the request on and the response back, byte for byte', async () => {
    const { ollama } = world()
    const { contentType, answer: recorded } = recording('generate')
    ollama.generates((response) => response.writeHead(200, { 'content-type': contentType }).end(recorded))
    const body = {
      model: 'smollm2:135m',
      prompt: 'Hi\u2028 👋',
      stream: true,
      options: { a: null },
      raw: true,
    }
    const response = await send(url('/llmprompt'), body).response
    assert.deepEqual([response.status, response.contentType], [200, 'application/x-ndjson'])
    assert.ok(response.raw.equals(recorded))
    assert.deepEqual(JSON.parse(String(ollama.generated.at(-1))), body)
  })

  test('/llmprompt passes the errors of the engine on as they are, before and within the response', async () => {
    const { ollama } = world()
    for (const status of [400, 404, 503]) {
      const failure = '{"error":"model \'nope\' not found"}'
      ollama.generates((response) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(failure),
      )
      const response = await send(url('/llmprompt'), { model: 'nope', prompt: 'Hi' }).response
      assert.deepEqual([response.status, response.raw.toString()], [status, failure])
    }
    const broken = '{"model":"m","response":"a","done":false}\n{"error":"the runner died"}\n'
    ollama.generates((response) => response.end(broken))
    assert.equal((await send(url('/llmprompt'), { model: 'm' }).response).raw.toString(), broken)
  })

  test('/llmprompt breaks off where the engine breaks off, and is 502 where that is before the response', async () => {
    const { ollama } = world()
    ollama.generates((response) => response.destroy())
    const refused = await send(url('/llmprompt'), { model: 'm' }).response
    assert.equal(refused.status, 502)
    assert.ok(refused.error)
    ollama.generates((response) =>
      response.write('{"model":"m","response":"a","done":false}\n', () => response.destroy()),
    )
    await assert.rejects(send(url('/llmprompt'), { model: 'm' }).response)
    assert.equal((await send(url('/llmprompt'), { prompt: 'no model' }).response).status, 422)
  })

  test('an empty list of messages loads or unloads the model, and is no prompt', async () => {
    const { phone, model } = world().talk()
    const line = (reason: string) =>
      `{"model":"${model.name}","created_at":"2026-11-28T00:00:00Z","message":{"role":"assistant","content":""},"done":true,"done_reason":"${reason}"}`
    const body = { appID: phone.appID, model: model.name, messages: [] }
    for (const [settings, reason] of [
      [{ keep_alive: 0 }, 'unload'],
      [{ options: { num_ctx: 4_096 } }, 'load'],
    ] as const) {
      model.replies((response) => void response.end(line(reason)))
      const response = await send(url('/llmtools'), { ...body, ...settings, tools: [] }).response
      assert.equal(response.raw.toString(), `data: ${line(reason)}\n\n`)
      const sent = model.prompts.at(-1)?.body
      assert.deepEqual(sent, { truncate: false, ...settings, model: model.name, messages: [], stream: false })
    }
  })

  test('an error of the engine at loading a model is reported in its words', async () => {
    const { phone, model } = world().talk()
    const body = { appID: phone.appID, model: model.name, messages: [] }
    for (const [status, text, refused, error] of [
      [400, '{"error":"keep_alive is odd"}', 422, /^keep_alive is odd$/],
      [500, '{"error":{"code":500,"message":"out of memory"}}', 502, /^out of memory/],
      [503, '{"error":"server busy"}', 503, /^server busy$/],
      [502, '<html>Bad Gateway</html>', 502, /HTTP 502: <html>Bad Gateway/],
      [200, '{"error":"the runner died"}', 502, /^the runner died$/],
    ] as const) {
      model.replies((response) => void response.writeHead(status).end(text))
      const response = await send(url('/llmchat'), body).response
      assert.equal(response.status, refused)
      assert.match(String(response.error), error)
    }
  })

  test('a request that only loads a model takes no tools and no Idempotency-Key', async () => {
    const { phone, model } = world().talk()
    const body = { appID: phone.appID, model: model.name, messages: [] }
    const tools = [{ type: 'function', function: { name: 'beep' } }]
    const only = 'a request without messages only loads the model, and takes none.'
    for (const [more, headers, error] of [
      [{ tools }, {}, `tools: ${only}`],
      [{}, { 'Idempotency-Key': 'a' }, `Idempotency-Key: ${only}`],
    ] as const) {
      const response = await send(url('/llmtools'), { ...body, ...more }, { headers }).response
      assert.deepEqual([response.status, response.error], [422, error])
    }
    assert.equal(model.prompts.length, 0)
  })
}
