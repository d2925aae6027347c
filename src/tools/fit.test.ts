import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { createFit } from './fit.ts'
import { createGetWeather } from './resident/get-weather.ts'

const fit = createFit()
const weather = createGetWeather({ baseUrl: 'http://127.0.0.1:9' }).schema
const weatherTakes = 'It takes latitude (string, required), longitude (string, required).'

function tool(parameters: unknown): ToolSchema {
  return { type: 'function', function: { name: 'try_it', parameters: parameters as JsonObject } }
}

/** A tool with one optional argument `a`. */
const taking = (a: unknown) => tool({ type: 'object', properties: { a } })

function fitted(schema: ToolSchema, args: unknown): JsonObject {
  const result = fit(schema, args)
  assert.ok(result.ok, result.ok ? '' : result.error)
  return result.arguments
}

function validationError(schema: ToolSchema, args: unknown): string {
  const result = fit(schema, args)
  assert.ok(!result.ok, 'it fits')
  return result.error
}

describe('arguments as models send them', () => {
  const coordinates = { latitude: '42.29', longitude: '-83.71' }

  test('numbers become the strings that the weather tool declares', () => {
    assert.deepEqual(fitted(weather, { latitude: 42.29, longitude: -83.71 }), coordinates)
  })

  test('the order of the arguments does not matter', () => {
    assert.deepEqual(fitted(weather, { longitude: '-83.71', latitude: '42.29' }), coordinates)
  })

  test('a JSON string of the object is read as the object', () => {
    assert.deepEqual(fitted(weather, '{"latitude": 42.29, "longitude": "-83.71"}'), coordinates)
  })

  test('missing arguments are an empty object', () => {
    for (const nothing of [undefined, null, '', ' ', 'null', '{}']) {
      assert.deepEqual(fitted(tool({ type: 'object', properties: {} }), nothing), {})
    }
  })

  test('arguments that are not an object are refused', () => {
    assert.match(validationError(weather, [1]), /must be one JSON object, not an array\. It takes latitude/)
    assert.match(validationError(weather, 3), /not a number/)
    assert.match(validationError(weather, '{"latitude": 4'), /not the text "\{\\"latitude\\": 4"/)
    assert.match(validationError(weather, '[]'), /not an array/)
  })

  test('arguments with too many values, too many levels or too long texts are refused', () => {
    const anything = tool({})
    const deep = JSON.parse(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)
    assert.match(validationError(anything, deep), /too large or too deeply nested/)
    assert.match(validationError(anything, { a: Array(10_000).fill(0) }), /too large/)
    assert.match(validationError(anything, { a: 'x'.repeat(300_000) }), /too large/)
    assert.match(
      validationError(taking({ type: 'array' }), { a: `${'['.repeat(5000)}${']'.repeat(5000)}` }),
      /too large/,
    )
  })
})

describe('coercion toward the declared type', () => {
  const cases: [declared: unknown, given: unknown, expected: unknown][] = [
    [{ type: 'string' }, 42.29, '42.29'],
    [{ type: 'string' }, true, 'true'],
    [{ type: 'string' }, { b: [1] }, '{"b":[1]}'],
    [{ type: 'string' }, [1, 2], '[1,2]'],
    [{ type: 'number' }, '3.5', 3.5],
    [{ type: 'number' }, ' 3 ', 3],
    [{ type: 'number' }, '-1e3', -1000],
    [{ type: 'integer' }, '3', 3],
    [{ type: 'integer' }, '3.0', 3],
    [{ type: 'integer' }, 3.0, 3],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'boolean' }, 'False', false],
    [{ type: 'object' }, '{"b": 1}', { b: 1 }],
    [{ type: 'object', properties: { b: { type: 'string' } } }, '{"b": 1, "c": 2}', { b: '1' }],
    [{ type: 'array', items: { type: 'number' } }, '["1", 2]', [1, 2]],
    [{ type: 'array', items: { type: 'string' } }, [1, 'x'], ['1', 'x']],
    [{ type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'integer' } }, [1, '2'], ['1', 2]],
    [
      { type: 'array', items: [{ type: 'string' }], additionalItems: { type: 'integer' } },
      [1, '2'],
      ['1', 2],
    ],
    [{ type: ['string', 'null'] }, 5, '5'],
    [{ type: ['string', 'null'] }, null, null],
    [{ type: ['integer', 'boolean'] }, 'true', true],
    [{ type: ['number', 'string'] }, '3', '3'],
    [{ type: 'string', nullable: true }, null, null],
    [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }, '7', 7],
    [
      { oneOf: [{ type: 'object', properties: { b: { type: 'string' } } }, { type: 'string' }] },
      { b: 1 },
      { b: '1' },
    ],
    [{ allOf: [{ type: 'string' }] }, 3, '3'],
    [{ type: 'string', enum: ['Celsius', 'Fahrenheit'] }, 'celsius', 'Celsius'],
    [{ enum: [null, 'on', 'off'] }, 'ON', 'on'],
    [{}, '3', '3'],
    [true, { b: null }, { b: null }],
  ]
  for (const [declared, given, expected] of cases) {
    test(`${JSON.stringify(given)} for ${JSON.stringify(declared)} becomes ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(fitted(taking(declared), { a: given }), { a: expected })
    })
  }

  const validationErrors: [declared: unknown, given: unknown, message: RegExp][] = [
    [{ type: 'number' }, '', /"a" must be number, but it is ""/],
    [{ type: 'number' }, 'abc', /"a" must be number, but it is "abc"/],
    [{ type: 'number' }, '0x10', /must be number/],
    [{ type: 'number' }, 'Infinity', /must be number/],
    [{ type: 'number' }, '1e999', /must be number/],
    [{ type: 'number' }, true, /must be number, but it is true/],
    [{ type: 'integer' }, '3.5', /must be integer/],
    [{ type: 'integer' }, '9007199254740993', /must be integer/],
    [{ type: 'boolean' }, 1, /must be boolean/],
    [{ type: 'boolean' }, 'yes', /must be boolean/],
    [{ type: 'array' }, 'a, b', /must be array, but it is "a, b"/],
    [{ type: 'array', items: { type: 'string' } }, 'one', /must be array/],
    [{ type: 'object' }, '[1]', /must be object/],
    [{ type: ['integer', 'boolean'] }, 'abc', /must be integer or boolean/],
    [{ enum: ['A', 'a', 'b'] }, 'B ', /"a" must be "A", "a" or "b", but it is "B "/],
    [{ enum: ['on', 'ON'] }, 'On', /must be "on" or "ON"/],
    [{ const: 'x' }, 'y', /must be "x"/],
    [{ type: 'number', minimum: 3 }, '2', /must be >= 3, but it is 2/],
    [{ anyOf: [{ type: 'integer' }, { type: 'boolean' }] }, 'x', /"a" must match one of the forms/],
    [
      { type: 'array', items: { type: 'object', properties: { b: { type: 'integer' } } } },
      [{ b: 'x' }],
      /"a\[0\]\.b" must be/,
    ],
    [{ type: 'object', required: ['b'] }, {}, /"a" must have "b"/],
    [
      { type: 'object', required: ['b'], properties: { b: {} }, additionalProperties: false },
      {},
      /must have "b"/,
    ],
  ]
  for (const [declared, given, message] of validationErrors) {
    test(`${JSON.stringify(given)} for ${JSON.stringify(declared)} is refused`, () => {
      assert.match(validationError(taking(declared), { a: given }), message)
    })
  }

  test('0.3 is a multiple of 0.1', () => {
    assert.deepEqual(fitted(taking({ multipleOf: 0.1 }), { a: 0.3 }), { a: 0.3 })
  })

  test('an optional argument that is null is left out, a required one is refused', () => {
    assert.deepEqual(fitted(taking({ type: 'string' }), { a: null }), {})
    const required = tool({ properties: { a: { type: 'string' } }, required: ['a'] })
    assert.match(
      validationError(required, { a: null }),
      /"a" must be string, but it is null\. It takes a \(string, required\)/,
    )
  })
})

describe('undeclared arguments', () => {
  const declared = { a: { type: 'string' } }

  test('they are dropped, because phones ignore a call with an argument that is not a string', () => {
    assert.deepEqual(fitted(tool({ properties: {} }), { x: 1 }), {})
    assert.deepEqual(fitted(tool({ properties: declared }), { a: 'y', x: 1 }), { a: 'y' })
    assert.deepEqual(fitted(tool({ properties: declared, additionalProperties: false }), { a: 'y', x: 1 }), {
      a: 'y',
    })
    const oneOfTwo = { properties: { a: {}, b: {} }, anyOf: [{ required: ['a'] }, { required: ['b'] }] }
    assert.deepEqual(fitted(tool(oneOfTwo), { a: 1, x: 1 }), { a: 1 })
  })

  test('they stay where the schema allows them, or may declare them in a keyword that is ignored', () => {
    const open = [
      { properties: declared, additionalProperties: true },
      { properties: declared, additionalProperties: { type: 'number' } },
      { properties: declared, patternProperties: { x: {} }, additionalProperties: false },
      { properties: declared, allOf: [{ properties: { x: {} } }] },
      { allOf: [{ properties: declared }, { properties: { x: {} } }] },
      { properties: declared, dependentSchemas: { a: { properties: { x: {} } } } },
      { properties: declared, required: ['x'] },
      { type: 'object' },
      {},
    ]
    for (const parameters of open) {
      assert.deepEqual(
        fitted(tool(parameters), { a: 'y', x: 1 }),
        { a: 'y', x: 1 },
        JSON.stringify(parameters),
      )
    }
    assert.deepEqual(fitted(tool({ additionalProperties: { type: 'string' } }), { x: 1 }), { x: '1' })
  })

  test('names that every object inherits are like any other name, and none changes a prototype', () => {
    const args = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "toString": 2}')
    const open = fitted(tool({ type: 'object' }), args)
    assert.deepEqual(Object.entries(open), [
      ['constructor', 1],
      ['toString', 2],
    ])
    assert.equal(Object.getPrototypeOf(open), Object.prototype)
    assert.deepEqual(fitted(tool({ properties: {} }), args), {})
    const hostile = JSON.parse(
      '{"properties": {"__proto__": {"type": "string"}, "constructor": {"type": "string"}}}',
    )
    assert.deepEqual(fitted(tool(hostile), args), { constructor: '1' })
    assert.match(validationError(tool({ required: ['constructor'] }), {}), /"constructor" is missing/)
    assert.deepEqual(fitted(tool({ required: ['__proto__'] }), {}), {})
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  })
})

describe('messages for the model', () => {
  test('a missing argument is named, with all arguments of the tool', () => {
    assert.equal(
      validationError(weather, { longitude: '1' }),
      `Wrong arguments for get_weather: "latitude" is missing. ${weatherTakes}`,
    )
  })

  test('unknown arguments are named too', () => {
    assert.equal(
      validationError(weather, { lat: 42.29, lon: -83.71 }),
      `Wrong arguments for get_weather: "latitude" and "longitude" are missing, and there is no "lat" or "lon". ${weatherTakes}`,
    )
  })

  test('optional arguments, enums and alternatives are described', () => {
    const schema = tool({
      properties: {
        unit: { type: 'string', enum: ['C', 'F'] },
        when: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        any: {},
        n: { type: 'integer' },
      },
      required: ['n'],
    })
    assert.equal(
      validationError(schema, { n: 'many' }),
      'Wrong arguments for try_it: "n" must be integer, but it is "many". It takes unit (one of "C", "F", optional), ' +
        'when (string or null, optional), any (any, optional), n (integer, required).',
    )
  })

  test('long names, values and lists are shortened', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 120 }, (_, i) => [`${'n'.repeat(100)}${i}`, {}]),
    )
    const message = validationError(tool({ properties, required: Object.keys(properties) }), {
      ['x'.repeat(5000)]: 1,
    })
    assert.ok(message.length <= 2_001, `${message.length} characters`)
    assert.match(validationError(taking({ type: 'number' }), { a: 'y'.repeat(5000) }), /but it is "y{59}…\./)
  })
})
