import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { createToolbox } from '../toolbox.ts'
import { readWeather } from './read-weather.ts'
import { residentTools } from './resident-tools.ts'

const annArbor = { latitude: '42.29306', longitude: '-83.71555' }

/** Starts a server in the place of Open-Meteo; resolves to its address. */
async function openMeteo(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function responding(body: string, status = 200): RequestListener {
  return (_request, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(body)
}

const sunny = responding(
  '{"current_units":{"temperature_2m":"°F"},"current":{"interval":900,"temperature_2m":51.3}}',
)

function failsWith(code: string, message: RegExp) {
  return (error: Error & { code?: string }) => error.code === code && message.test(error.message)
}

describe('get_weather', () => {
  async function call(t: TestContext, args: unknown, listener: RequestListener = sunny) {
    const toolbox = createToolbox(residentTools({ weather: { baseUrl: await openMeteo(t, listener) } }))
    const [schema] = toolbox.schemas()
    assert.ok(schema)
    const fit = toolbox.fit(schema, args)
    if (!fit.ok) return fit.error
    const context = { signal: new AbortController().signal, conversation: 'app', turn: 't', callId: 'c' }
    return (await toolbox.run('get_weather', fit.arguments, context)).output
  }

  test('its schema is exactly the one that phones and recordings have', () => {
    const [tool] = residentTools({ weather: { baseUrl: '' } })
    assert.equal(
      JSON.stringify(tool?.schema),
      '{"type":"function","function":{"name":"get_weather","description":"Get current temperature","parameters":' +
        '{"type":"object","properties":{"latitude":{"type":"string","description":"latitude of location of interest"},' +
        '"longitude":{"type":"string","description":"longitude of location of interest"}},' +
        '"required":["latitude","longitude"]}}}',
    )
  })

  test('strings, numbers and a JSON string give the same result, in either order', async (t) => {
    const expected = 'Weather at lat: 42.29306, lon: -83.71555 is 51.3ºF'
    assert.equal(await call(t, annArbor), expected)
    assert.equal(await call(t, { longitude: -83.71555, latitude: 42.29306 }), expected)
    assert.equal(await call(t, '{"latitude": "42.29306", "longitude": -83.71555}'), expected)
  })

  test('the messages for wrong names, swapped values and invalid values let a model correct them', async (t) => {
    assert.match(
      await call(t, { lat: 42.29, lon: -83.71 }),
      /"latitude" and "longitude" are missing, and there is no "lat" or "lon"\. It takes latitude \(string, required\)/,
    )
    assert.match(
      await call(t, { latitude: 139.69, longitude: 35.68 }),
      /"139.69" and "35.68"\. They look swapped\.$/,
    )
    assert.match(
      await call(t, { latitude: 'Ann Arbor', longitude: '' }),
      /^get_weather failed: Latitude must be a number/,
    )
  })

  test('the model gets an error of the service', async (t) => {
    assert.equal(
      await call(t, annArbor, responding('', 503)),
      'get_weather failed: The weather service (Open-Meteo) answered with status 503.',
    )
  })
})

describe('the weather at a location', () => {
  test('the request asks for Fahrenheit, with the coordinates as they are written', async (t) => {
    const urls: (string | undefined)[] = []
    const baseUrl = await openMeteo(t, (request, response) => {
      urls.push(request.url)
      sunny(request, response)
    })
    const text = await readWeather({ latitude: '42.290', longitude: '+1.50' }, { baseUrl: `${baseUrl}/api/` })
    assert.equal(text, 'Weather at lat: 42.290, lon: +1.50 is 51.3ºF')
    assert.deepEqual(urls, [
      '/api/v1/forecast?latitude=42.290&longitude=%2B1.50&current=temperature_2m&temperature_unit=fahrenheit',
    ])
  })

  test('the temperature is written as Open-Meteo writes it', async (t) => {
    for (const number of ['44.0', '50', '-0.4', '0']) {
      const baseUrl = await openMeteo(t, responding(`{"current":{"temperature_2m":${number}}}`))
      const text = await readWeather({ latitude: 0, longitude: 180 }, { baseUrl })
      assert.equal(text, `Weather at lat: 0, lon: 180 is ${number}ºF`)
    }
  })

  const invalidCoordinates: [latitude: unknown, longitude: unknown, message: RegExp][] = [
    [
      90.1,
      180.1,
      /from -90 to 90 and longitude one from -180 to 180, in degrees, but they are "90.1" and "180.1"\.$/,
    ],
    [-91, 90, /"-91" and "90"\. They look swapped\.$/],
    ['', '1', /"" and "1"\.$/],
    ['0x10', '1', /"0x10" and "1"\.$/],
    ['42.29N', '83.71W', /"42.29N" and "83.71W"/],
    [Number.NaN, 1, /"NaN"/],
    [undefined, null, /missing and missing/],
    [true, [1], /a value of type boolean and a value of type object/],
    ['0'.repeat(5000), '1', /"0{32}"/],
  ]
  for (const [latitude, longitude, message] of invalidCoordinates) {
    test(`invalid coordinates are refused: ${JSON.stringify([latitude, longitude]).slice(0, 60)}`, async () => {
      // No server listens there: invalid coordinates must not be requested.
      const weather = readWeather({ latitude, longitude }, { baseUrl: 'http://127.0.0.1:9' })
      await assert.rejects(weather, failsWith('invalid-request', message))
    })
  }

  const huge = responding(JSON.stringify({ current: { temperature_2m: 1 }, filling: 'x'.repeat(70_000) }))
  const failures: [what: string, listener: RequestListener, message: RegExp][] = [
    ['refuses', responding('{"error":true,"reason":"Latitude is odd"}', 400), /status 400: Latitude is odd$/],
    ['fails', responding('<h1>oops</h1>', 500), /status 500\.$/],
    ['sends malformed JSON', responding('{"current":'), /without a temperature/],
    ['sends no temperature', responding('{"current":{}}'), /without a temperature/],
    [
      'sends null for the temperature',
      responding('{"current":{"temperature_2m":null}}'),
      /without a temperature/,
    ],
    [
      'sends text for the temperature',
      responding('{"current":{"temperature_2m":"hot"}}'),
      /without a temperature/,
    ],
    ['sends a list', responding('[51.3]'), /without a temperature/],
    ['sends too much', huge, /more than 65536 bytes/],
    ['closes the connection', (request) => request.socket.destroy(), /cannot be reached: /],
    [
      'closes the connection in the middle of its response',
      (_request, response) => response.write('{', () => response.destroy()),
      /cannot be reached: /,
    ],
  ]
  for (const [what, listener, message] of failures) {
    test(`a service that ${what} is an error that names it`, async (t) => {
      const baseUrl = await openMeteo(t, listener)
      await assert.rejects(readWeather(annArbor, { baseUrl }), failsWith('tool-service-failed', message))
    })
  }

  test('a service that does not respond in time is an error, before its response and in the middle of it', async (t) => {
    for (const listener of [
      () => {},
      (_request, response) => response.write('{'),
    ] satisfies RequestListener[]) {
      const baseUrl = await openMeteo(t, listener)
      const weather = readWeather(annArbor, { baseUrl, timeoutMs: 50 })
      await assert.rejects(weather, failsWith('tool-service-failed', /did not respond within 0\.05 s/))
    }
  })

  test('a service that cannot be reached is an error that names it', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    for (const baseUrl of [`http://127.0.0.1:${port}`, `http://localhost:${port}`]) {
      await assert.rejects(
        readWeather(annArbor, { baseUrl }),
        failsWith('tool-service-failed', /ECONNREFUSED/),
      )
    }
    await assert.rejects(
      readWeather(annArbor, { baseUrl: 'nowhere' }),
      failsWith('tool-service-failed', /URL/),
    )
  })

  test('a caller can cancel the request', async (t) => {
    const requested = Promise.withResolvers<void>()
    const closed = Promise.withResolvers<void>()
    const baseUrl = await openMeteo(t, (request) => {
      request.socket.once('close', () => closed.resolve())
      requested.resolve()
    })
    const abort = new AbortController()
    const weather = readWeather(annArbor, { baseUrl, signal: abort.signal })
    await requested.promise
    abort.abort()
    await assert.rejects(weather, failsWith('tool-service-failed', /cancelled/))
    await closed.promise
  })
})
