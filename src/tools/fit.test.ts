import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { createFit } from './fit.ts'
import { createGetWeather } from './resident/get-weather.ts'

const fit = createFit()
const weather = createGetWeather({ baseUrl: 'http://127.0.0.1:9' }).schema
const weatherTakes =
  'It takes latitude (string, required), longitude (string, required). For example: {"latitude":"…","longitude":"…"}.'

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
    [{ type: 'number' }, '3.5', 3.5],
    [{ type: 'number' }, ' 3 ', 3],
    [{ type: 'number' }, '-1e3', -1000],
    [{ type: 'integer' }, '3', 3],
    [{ type: 'integer' }, '3.0', 3],
    [{ type: 'integer' }, 3.0, 3],
    [{ type: 'boolean' }, 'true', true],
    [{ type: 'boolean' }, 'False', false],
    [{ type: 'object' }, '{"b": 1}', { b: 1 }],
    [{ type: 'object', properties: { b: { type: 'string' } } }, '{"b": 1, "c": 2}', { b: '1', c: 2 }],
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
    [{ enum: [null, 'on', 'off'] }, ' ON', 'on'],
    [{ anyOf: [{ type: 'integer' }, { type: 'number' }] }, '7', 7],
    [{ anyOf: [{ type: 'integer' }, { type: 'string' }] }, '7', '7'],
    [{ type: 'array', items: { type: 'string' } }, 'one', ['one']],
    [{ type: 'array', items: { type: 'string' } }, '[one', ['[one']],
    [{ type: 'array', items: { type: 'integer' } }, 7, [7]],
    [{ type: 'string' }, ['one'], 'one'],
    [{ type: 'integer' }, [7], 7],
    [{}, '3', '3'],
    [true, { b: null }, { b: null }],
  ]
  for (const [declared, given, expected] of cases) {
    test(`${JSON.stringify(given)} for ${JSON.stringify(declared)} becomes ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(fitted(taking(declared), { a: given }), { a: expected })
    })
  }

  const validationErrors: [declared: unknown, given: unknown, message: RegExp][] = [
    [{ type: 'number' }, 'abc', /"a" must be number, but it is "abc"/],
    [{ type: 'number' }, '0x10', /must be number/],
    [{ type: 'number' }, 'Infinity', /must be number/],
    [{ type: 'number' }, '1e999', /must be number/],
    [{ type: 'number' }, true, /must be number, but it is true/],
    [{ type: 'integer' }, '3.5', /must be integer/],
    [{ type: 'string' }, { b: [1] }, /"a" must be string, but it is {"b":\[1\]}/],
    [{ type: 'string' }, [1, 2], /"a" must be string, but it is \[1,2\]/],
    [{ type: 'array', items: { type: 'string' } }, ['x', ['y', 'z']], /"a\[1\]" must be string/],
    [{ anyOf: [{ type: 'integer' }, { type: 'string', minLength: 9 }] }, ['x'], /must match one of/],
    [{ type: 'integer' }, '1e30', /must be integer/],
    [{ type: 'string', minLength: 2, maxLength: 3 }, 'x', /must have at least 2 characters, but it is "x"/],
    [{ type: 'array', maxItems: 1 }, [1, 2], /must have at most 1 elements/],
    [{ type: 'object', minProperties: 1 }, {}, /must have at least 1 members/],
    [{ multipleOf: 0.1 }, 0.35, /must be a multiple of 0.1/],
    [{ exclusiveMaximum: 3 }, 3, /must be < 3/],
    [{ type: 'boolean' }, 1, /must be boolean/],
    [{ type: 'boolean' }, 'yes', /must be boolean/],
    [{ type: 'array' }, 'a, b', /must be array, but it is "a, b"/],
    [{ type: 'array', items: { type: 'string' } }, 'one, two', /must be array, but it is "one, two"/],
    [{ type: 'array', items: { type: 'string' } }, "['one']", /must be array/],
    [{ type: 'array', items: { type: 'string' } }, 8, /must be array, but it is 8/],
    [{ type: 'array', items: { type: 'string', minLength: 9 } }, 'one', /must be array/],
    [{ type: 'array', items: { type: 'string' }, minItems: 2 }, 'one', /must be array/],
    [{ type: 'string' }, [8], /must be string, but it is \[8\]/],
    [{ type: 'object' }, '[1]', /must be object/],
    [{ type: ['integer', 'boolean'] }, 'abc', /must be integer or boolean/],
    [{ enum: ['A', 'a', 'b'] }, ' a ', /"a" must be "A", "a" or "b", but it is " a "/],
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

  test('a long text that is almost a number is refused in linear time: in quadratic time, it takes minutes', () => {
    assert.match(
      validationError(taking({ type: 'number' }), { a: `${'1'.repeat(250_000)}x` }),
      /must be number/,
    )
  })

  test('0.3 is a multiple of 0.1', () => {
    assert.deepEqual(fitted(taking({ multipleOf: 0.1 }), { a: 0.3 }), { a: 0.3 })
  })

  test('an optional argument that is null, or an empty text where that does not fit, is left out; a required one is refused', () => {
    assert.deepEqual(fitted(taking({ type: 'string' }), { a: null }), {})
    assert.deepEqual(fitted(taking({ type: 'number' }), { a: '' }), {})
    assert.deepEqual(fitted(taking({ enum: ['on', 'off'] }), { a: '' }), {})
    assert.deepEqual(fitted(taking({ type: 'string' }), { a: '' }), { a: '' })
    const required = tool({ properties: { a: { type: 'string' } }, required: ['a'] })
    assert.match(
      validationError(required, { a: null }),
      /"a" must be string, but it is null\. It takes a \(string, required\)/,
    )
  })
})

describe('undeclared arguments', () => {
  const declared = { a: { type: 'string' } }

  test('what a schema does not forbid is kept, at every depth', () => {
    const open = [
      { properties: {} },
      { properties: declared },
      { properties: declared, additionalProperties: true },
      { properties: declared, additionalProperties: { type: 'number' } },
      { properties: declared, patternProperties: { x: {} }, additionalProperties: false },
      { allOf: [{ properties: declared }, { properties: { y: {} } }] },
      { properties: declared, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
      { type: 'object' },
      {},
    ]
    for (const parameters of open) {
      const args = { a: 'y', x: 1 }
      assert.deepEqual(fitted(tool(parameters), args), args, JSON.stringify(parameters))
      assert.deepEqual(fitted(taking({ items: parameters }), { a: [args] }), { a: [args] })
    }
    assert.deepEqual(fitted(tool({ additionalProperties: { type: 'string' } }), { x: 1 }), { x: '1' })
    const light = tool({ properties: { entity_id: { type: 'string' } }, required: ['entity_id'] })
    const warmer = { entity_id: 'light.hall', temperature: 21 }
    assert.deepEqual(fitted(light, warmer), warmer)
  })

  test('what a schema forbids is refused with the nearest name that it declares, and left out only where it is empty', () => {
    const parameters = { properties: { filters: {}, limit: {} }, additionalProperties: false }
    assert.equal(
      validationError(tool(parameters), { filter: 'a = 1' }),
      'Wrong arguments for try_it: there is no "filter"; the nearest is "filters". It takes filters (any, optional), limit (any, optional). For example: {"filters":"…"}.',
    )
    assert.match(
      validationError(taking(parameters), { a: { Limits: 1 } }),
      /"a" must not have "Limits"; the nearest is "limit"\./,
    )
    assert.match(validationError(tool(parameters), { zzzzzz: 1 }), /there is no "zzzzzz"\. It takes/)
    assert.deepEqual(fitted(tool(parameters), { limit: 1, x: null, y: '' }), { limit: 1 })
  })

  test('names that every object inherits are like any other name, and the one that changes prototypes is refused', () => {
    const args = { constructor: 1, toString: 2 }
    assert.deepEqual(fitted(tool({ type: 'object' }), args), args)
    const hostile = JSON.parse(
      '{"properties": {"__proto__": {"type": "string"}, "constructor": {"type": "string"}}}',
    )
    assert.deepEqual(fitted(tool(hostile), args), { constructor: '1', toString: 2 })
    assert.match(validationError(tool({ required: ['constructor'] }), {}), /"constructor" is missing/)
    assert.deepEqual(fitted(tool({ required: ['__proto__'] }), {}), {})
    const polluting = JSON.parse('{"a": {"__proto__": {"polluted": true}}}')
    assert.match(validationError(taking({}), polluting.a), /there is no "__proto__"/)
    assert.match(validationError(taking({ type: 'object' }), polluting), /"a" must not have "__proto__"/)
    assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  })
})

describe('digits of numbers', () => {
  const long = '1234567890123456789'
  const text = `{"a": ${long}}`

  test('a number keeps its digits where a text is declared', () => {
    for (const digits of [long, '1602251441.001700', '3.10', '1e2', '-0.50'])
      assert.deepEqual(fitted(taking({ type: 'string' }), `{"a": ${digits}}`), { a: digits })
  })

  test('a number that a double does not hold keeps its digits, whatever is declared and however it is written', () => {
    const kept = `{"a":${long}}`
    for (const declared of [{ type: 'integer' }, { type: 'number' }, {}, { type: ['integer', 'null'] }])
      assert.equal(JSON.stringify(fitted(taking(declared), text)), kept)
    assert.equal(JSON.stringify(fitted(taking({ type: 'integer' }), { a: long })), kept)
    assert.equal(JSON.stringify(fitted(taking({ type: 'array' }), { a: `[${long}]` })), `{"a":[${long}]}`)
  })

  test('a number that a double holds is a plain number, however it is written', () => {
    for (const [given, value] of [
      ['5.0', 5],
      ['1e2', 100],
      ['3.10', 3.1],
    ] as const) {
      assert.deepEqual(fitted(taking({ type: 'number' }), `{"a": ${given}}`), { a: value })
      assert.deepEqual(fitted(taking({ type: 'number' }), { a: given }), { a: value })
    }
  })

  test('such numbers are compared by their value', () => {
    assert.match(validationError(taking({ type: 'integer', maximum: 10 }), text), /must be <= 10/)
    assert.match(validationError(taking({ type: 'boolean' }), text), new RegExp(`but it is ${long}`))
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
        'when (string or null, optional), any (any, optional), n (integer, required). For example: {"n":1}.',
    )
  })

  test('the example has what is required, with values of the declared types', () => {
    const place = {
      type: 'object',
      properties: { name: { type: 'string', minLength: 2 } },
      required: ['name'],
    }
    const parameters = {
      properties: {
        place,
        unit: { enum: ['C', 'F'] },
        days: { type: 'array', items: { type: 'integer', minimum: 3 } },
        note: {},
      },
      required: ['place', 'unit', 'days'],
    }
    const message = validationError(tool(parameters), {})
    const [, example = ''] = /For example: (.*)\.$/.exec(message) ?? []
    assert.equal(example, '{"place":{"name":"……"},"unit":"C","days":[3]}')
    assert.deepEqual(fitted(tool(parameters), example), JSON.parse(example))
    const odd = tool({ properties: { a: { type: 'integer', multipleOf: 7 } }, required: ['a'] })
    assert.doesNotMatch(validationError(odd, {}), /example/)
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
