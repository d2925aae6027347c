import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openMeteoStandIn } from '../../../test/support/stand-ins/open-meteo.ts'
import { optionalToolNames } from '../../protocol/optional-tools.ts'
import { judgeTools } from '../judge-tools.ts'
import { createToolbox } from '../toolbox.ts'
import { createGetTime } from './get-time.ts'
import { optionalTools } from './optional-tools.ts'

const nowhere = { baseUrl: 'http://127.0.0.1:9' }

/** What the model reads of a call. */
async function call(
  name: string,
  args: object,
  tools = optionalTools({ weather: nowhere, places: nowhere }),
) {
  const toolbox = createToolbox(tools)
  const schema = toolbox.schemas().find((each) => each.function.name === name)
  assert.ok(schema)
  const fit = toolbox.fit(schema, args)
  if (!fit.ok) return fit.error
  const context = { signal: new AbortController().signal, conversation: 'app', turn: 't', callId: 'c' }
  return (await toolbox.run(name, fit.arguments, context)).output
}

/** An Open-Meteo, and the tools that ask it. */
async function openTools(t: TestContext, timeoutMs = 10_000) {
  const openMeteo = await openMeteoStandIn()
  t.after(() => openMeteo.close())
  const service = { baseUrl: openMeteo.url, timeoutMs }
  const tools = optionalTools({ weather: service, places: service })
  return { openMeteo, ask: (name: string, args: object) => call(name, args, tools) }
}

test('the optional tools have the names that the settings can switch on, and descriptions that models understand', () => {
  const schemas = createToolbox(optionalTools({ weather: nowhere, places: nowhere })).schemas()
  assert.deepEqual(
    schemas.map((schema) => schema.function.name),
    [...optionalToolNames],
  )
  assert.deepEqual(judgeTools(schemas), [])
})

test('get_time gives date, time, weekday and offset in the zone that is asked for, and in that of the server', async () => {
  const tools = [createGetTime(() => new Date('2027-01-31T23:30:05Z'))]
  const time = async (args: object) => JSON.parse(await call('get_time', args, tools))
  assert.deepEqual(await time({ zone: 'Asia/Kolkata' }), {
    ...{ date: '2027-02-01', time: '05:00:05', weekday: 'Monday' },
    ...{ zone: 'Asia/Kolkata', utcOffset: '+05:30' },
  })
  assert.deepEqual(await time({ zone: 'utc' }), {
    ...{ date: '2027-01-31', time: '23:30:05', weekday: 'Sunday', zone: 'utc', utcOffset: '+00:00' },
  })
  assert.equal((await time({ zone: 'America/New_York' })).utcOffset, '-05:00')
  assert.equal((await time({})).zone, new Intl.DateTimeFormat().resolvedOptions().timeZone)
})

test('a time zone that does not exist is answered with the nearest one', async () => {
  const hints = {
    'Europe/Pariss': 'Europe/Paris',
    'new york': 'America/New_York',
    Detroit: 'America/Detroit',
  }
  for (const [zone, meant] of Object.entries(hints)) {
    const output = await call('get_time', { zone })
    assert.ok(
      output.startsWith(`get_time failed: There is no time zone "${zone}"; did you mean ${meant}?`),
      output,
    )
  }
  assert.match(
    await call('get_time', { zone: 'Xyzzyplugh' }),
    /no time zone "Xyzzyplugh"\. Zones have IANA names/,
  )
})

const conversions: [value: unknown, from: string, to: string, result: string][] = [
  [26.2, 'miles', 'km', '26.2 mi = 42.1648128 km'],
  [5, 'km', 'mi', '5 km = 3.10685596119 mi (rounded)'],
  [0.1, 'm', 'cm', '0.1 m = 10 cm'],
  [98.6, '°F', 'celsius', '98.6 °F = 37 °C'],
  [-40, 'C', 'F', '-40 °C = -40 °F'],
  [0, 'K', 'C', '0 K = -273.15 °C'],
  [1, 'Gallons', 'l', '1 gal = 3.785411784 l'],
  [1, 'fluid ounce', 'ml', '1 fl_oz = 29.5735295625 ml'],
  [100, 'km/h', 'm/s', '100 km/h = 27.7777777778 m/s (rounded)'],
  [1, 'square feet', 'm2', '1 ft2 = 0.09290304 m2'],
  [1, 'GiB', 'MB', '1 GiB = 1073.741824 MB'],
  [1, 'MB', 'Mb', '1 MB = 8 Mbit'],
  [90, 'mins', 'hours', '90 min = 1.5 h'],
  [2, 'stone', 'lb', '2 st = 28 lb'],
  ['1e21', 'kg', 'g', '1e+21 kg = 1000000000000000000000000 g'],
  [1e-9, 'in', 'km', '1e-9 in = 0.0000000000000254 km'],
]

test('convert_units is exact where the result has an end, and says where it is rounded', async () => {
  for (const [value, from, to, result] of conversions)
    assert.equal(await call('convert_units', { value, from, to }), result)
})

test('a number that would take long to convert is refused', async () => {
  const value = JSON.rawJSON('9'.repeat(401))
  assert.match(
    await call('convert_units', { value, from: 'm', to: 'km' }),
    /is no number of at most 400 digits$/,
  )
})

test('a unit that is unknown is answered with the nearest one and the list, and one of another quantity with words', async () => {
  const output = (from: string, to: string) => call('convert_units', { value: 1, from, to })
  assert.match(
    await output('kilomters', 'm'),
    /^convert_units failed: There is no unit "kilomters"; did you mean kilometer\? The units are: length: um, mm, .*; time: ms, s, min, h, d, wk$/,
  )
  assert.match(await output('xyzzyplugh', 'm'), /no unit "xyzzyplugh"\. The units are: /)
  assert.match(await output('mb', 'kB'), /failed: "mb" can be Mbit or MB$/)
  assert.match(
    await output('km', 'kg'),
    /failed: km is a unit of length, and kg one of mass\. The units of length are: um, mm, /,
  )
})

test('search_places gives the coordinates of a name, as other tools take them', async (t) => {
  const { openMeteo, ask } = await openTools(t)
  assert.deepEqual(JSON.parse(await ask('search_places', { name: ' Ann Arbor ', country: 'us' })), [
    {
      ...{ name: 'Ann Arbor', region: 'Michigan', country: 'United States' },
      ...{ latitude: '42.27756', longitude: '-83.74088', timezone: 'America/Detroit', population: '117070' },
    },
  ])
  assert.equal(
    `${openMeteo.requests[0]?.pathname}${openMeteo.requests[0]?.search}`,
    '/v1/search?name=Ann%20Arbor&countryCode=US&count=5&language=en&format=json',
  )
})

test('a search that finds nothing says what to change', async (t) => {
  const { ask } = await openTools(t)
  const cases: [args: object, message: string][] = [
    [{ name: 'Xyzzy' }, 'There is no place "Xyzzy": check how the name is written'],
    [
      { name: 'Ann Arbor, Michigan', country: 'FR' },
      'There is no place "Ann Arbor, Michigan" in FR: leave out what follows the comma, or leave out "country"',
    ],
    [{ name: 'A' }, '"name" must have 2 to 100 characters'],
    [
      { name: 'Ann Arbor', country: 'USA' },
      '"country" must be a code of two letters, such as US or FR, not "USA"',
    ],
  ]
  for (const [args, message] of cases)
    assert.equal(await ask('search_places', args), `search_places failed: ${message}`)
})

test('get_forecast gives each day in words and with units, and leaves out what the service does not know', async (t) => {
  const { openMeteo, ask } = await openTools(t)
  const output = await ask('get_forecast', { latitude: '42.28', longitude: -83.74, days: 2 })
  assert.deepEqual(JSON.parse(output), {
    zone: 'America/Detroit',
    days: [
      {
        ...{ date: '2027-01-31', weather: 'light rain', low: '-3.0 °C', high: '4.0 °C' },
        ...{ precipitation: '2.10 mm', precipitationProbability: '80 %', wind: '20.5 km/h' },
      },
      {
        ...{ date: '2027-02-01', weather: 'weather code 4', low: '-1.5 °C' },
        ...{ precipitation: '0.00 mm', wind: '18 km/h' },
      },
    ],
  })
  const { pathname, searchParams } = openMeteo.requests[0] ?? assert.fail()
  assert.deepEqual(
    [pathname, Object.fromEntries(searchParams)],
    [
      '/v1/forecast',
      {
        ...{ latitude: '42.28', longitude: '-83.74', timezone: 'auto', forecast_days: '2' },
        daily:
          'weather_code,temperature_2m_min,temperature_2m_max,precipitation_sum,precipitation_probability_max,wind_speed_10m_max',
      },
    ],
  )
  const imperial = JSON.parse(await ask('get_forecast', { latitude: 1, longitude: 2, units: 'imperial' }))
  assert.deepEqual([imperial.days.length, imperial.days[0].low], [3, '-3.0 °F'])
})

test('a forecast for swapped coordinates or for too many days is refused with what is expected', async (t) => {
  const { openMeteo, ask } = await openTools(t)
  assert.match(await ask('get_forecast', { latitude: 139.69, longitude: 35.68 }), /They look swapped\.$/)
  assert.match(await ask('get_forecast', { latitude: 1, longitude: 2, days: 8 }), /^Wrong arguments .*"days"/)
  assert.deepEqual(openMeteo.requests, [])
})

test('the model reads which service fails, and how', async (t) => {
  const { openMeteo, ask } = await openTools(t, 500)
  const forecast = () => ask('get_forecast', { latitude: 1, longitude: 2 })
  const search = () => ask('search_places', { name: 'Ann Arbor' })
  for (const [trouble, words] of [
    ['refuses', 'answered with status 400: the place is odd'],
    ['is broken', 'answered with status 500.'],
    ['hangs', 'did not respond within 0.5 s.: '],
  ] as const) {
    for (const place of ['1', 'Ann Arbor']) openMeteo.troubles(place, trouble)
    const outputs = await Promise.all([forecast(), search()])
    const [weather, places] = ['The weather service (Open-Meteo)', 'The search for places (Open-Meteo)']
    assert.ok(outputs[0].startsWith(`get_forecast failed: ${weather} ${words}`), outputs[0])
    assert.ok(outputs[1].startsWith(`search_places failed: ${places} ${words}`), outputs[1])
  }
})
