import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { createFit } from './fit.ts'

const fit = createFit()

function tool(parameters: unknown): ToolSchema {
  return { type: 'function', function: { name: 'try_it', parameters: parameters as JsonObject } }
}

function assertFits(parameters: unknown, args: Json, expected: Json = args) {
  assert.deepEqual(fit(tool(parameters), args), { ok: true, written: args, arguments: expected })
}

test('a tool without parameters in its schema accepts any object', () => {
  const bare = { type: 'function' as const, function: { name: 'bare' } }
  assert.deepEqual(fit(bare, { a: [1] }), { ok: true, written: { a: [1] }, arguments: { a: [1] } })
  for (const parameters of [{}, null, [], 'object', 3, true, { type: 'array' }, { type: 'string' }]) {
    assertFits(parameters, { a: [1] })
  }
})

test('the well-formed parts of a malformed schema are used', () => {
  const n = { a: { type: 'integer' } }
  assertFits({ type: 'Object', properties: n, required: true }, { a: '3' }, { a: 3 })
  assertFits(
    { properties: { ...n, b: 'text', c: { type: 'float', enum: [] } } },
    { a: '3', b: 1, c: 2 },
    { a: 3, b: 1, c: 2 },
  )
  assertFits({ properties: { a: { type: 'integer', minimum: 'low', required: true } } }, { a: '3' }, { a: 3 })
  assertFits(
    { properties: { a: { type: 'integer', exclusiveMinimum: true, minimum: 3 } } },
    { a: '3' },
    { a: 3 },
  )
  assertFits(
    { $schema: 'http://example.org/none', $id: ':', $async: true, properties: n },
    { a: '3' },
    { a: 3 },
  )
  assertFits(
    { properties: n, allOf: 'x', anyOf: [], items: 3, additionalProperties: 'no' },
    { a: '3' },
    { a: 3 },
  )
  assertFits({ properties: n, required: ['b'], additionalProperties: false }, { a: '3' }, { a: 3 })
})

test('a contradictory schema refuses arguments and does not throw', () => {
  const parameters = { allOf: [{ type: 'object' }, { type: 'string' }] }
  assert.equal(fit(tool(parameters), { a: 1 }).ok, false)
  const one = { allOf: [{ type: 'boolean' }, { type: 'string' }] }
  assert.equal(fit(tool({ properties: { a: one } }), { a: 'true' }).ok, false)
})

test('references into the same schema are followed, all others accept any value', () => {
  const $defs = { place: { type: 'object', properties: { 'a/b': { type: 'string' } }, required: ['a/b'] } }
  const properties = { at: { $ref: '#/$defs/place', description: 'where' } }
  assertFits({ $defs, properties }, { at: { 'a/b': 1 } }, { at: { 'a/b': '1' } })
  assertFits({ $defs, properties: { b: { $ref: '#/$defs/place/properties/a~1b' } } }, { b: 1 }, { b: '1' })
  assert.equal(fit(tool({ $defs, properties }), { at: {} }).ok, false)
  for (const $ref of [
    'https://example.org/schema.json',
    '#anchor',
    '#/$defs/none',
    '#/$defs/__proto__',
    'x.json#/a',
  ]) {
    assertFits({ $defs, properties: { at: { $ref, properties: { b: {} } } } }, { at: { c: 1 } })
  }
})

test('a schema that contains itself is followed once', () => {
  const tree = { type: 'object', properties: { n: { type: 'integer' }, next: { $ref: '#' } } }
  assertFits(tree, { n: '1', next: { n: '2', next: { n: '3' } } }, { n: 1, next: { n: 2, next: { n: '3' } } })
  assertFits({ properties: { a: { $ref: '#/properties/a' } } }, { a: { b: 1 } })
})

test('a pattern cannot block the process, because it is ignored', () => {
  const evil = '^(a+)+$'
  const a = `${'a'.repeat(60)}!`
  assertFits({ properties: { a: { type: 'string', pattern: evil } } }, { a })
  assertFits({ patternProperties: { [evil]: { type: 'string' } } }, { [a]: 1 })
  assertFits({ properties: { a: { not: { pattern: evil } } } }, { a })
  assertFits({ properties: { a: { oneOf: [{ pattern: evil }, { type: 'string', pattern: 'x' }] } } }, { a })
  assertFits({ propertyNames: { pattern: evil } }, { [a]: 1 })
})

test('keywords beside a reference and the referenced schema both apply, and properties of both are kept', () => {
  const base = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }
  const p = { $ref: '#/$defs/base', properties: { b: { type: 'string' } }, required: ['b'] }
  const schema = { $defs: { base }, properties: { p } }
  assertFits(schema, { p: { a: '1', b: 2 } }, { p: { a: 1, b: '2' } })
  assert.equal(fit(tool(schema), { p: { b: 'x' } }).ok, false)
  assert.equal(fit(tool(schema), { p: { a: 1 } }).ok, false)
})

test('where a schema has both anyOf and oneOf, properties of both are kept', () => {
  const named = (name: string) => [{ type: 'object', properties: { [name]: {} } }]
  assertFits({ properties: { p: { anyOf: named('a'), oneOf: named('b') } } }, { p: { a: 1, b: 2 } })
})

test('a schema that doubles with each reference is limited', () => {
  const doubling = (keyword: string) => ({
    $defs: Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => {
        const twice = { $ref: `#/$defs/d${i + 1}` }
        return [
          `d${i}`,
          keyword === 'properties' ? { properties: { x: twice, y: twice } } : { [keyword]: [twice, twice] },
        ]
      }),
    ),
    properties: { a: { $ref: '#/$defs/d0' } },
  })
  for (const keyword of ['allOf', 'anyOf', 'properties', 'prefixItems'])
    assertFits(doubling(keyword), { a: {} })
})

test('long lists count toward the size of a schema, so that many references to them are limited', () => {
  const words = Array.from({ length: 3_000 }, (_, i) => `word${i}`)
  assert.equal(fit(tool({ properties: { a: { enum: words.slice(0, 1_000) } } }), { a: 'other' }).ok, false)
  assertFits({ properties: { a: { enum: words } } }, { a: 'other' })
  assertFits({ properties: { a: { required: words } } }, { a: {} })
  const $defs = { long: { enum: words.slice(0, 1_000) } }
  const allOf = Array(200).fill({ $ref: '#/$defs/long' })
  assertFits({ $defs, properties: { a: { items: { allOf } } } }, { a: Array(3_000).fill('word999') })
})

test('the part of a schema beyond the limits accepts any value', () => {
  const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p${i}`, { type: 'string' }]))
  assertFits({ properties: many }, { p0: 1, other: 2 })
  assertFits({ properties: { a: { anyOf: Array(500).fill({ type: 'string' }) } } }, { a: 1 })
  assertFits(
    { properties: { a: { items: Array(500).fill({}), additionalItems: { type: 'string' } } } },
    { a: [1] },
  )
  assertFits({ description: 'x'.repeat(40_000), properties: { a: { type: 'string' } } }, { a: 1 })
  let nested: JsonObject = { type: 'string' }
  for (let level = 0; level < 25; level += 1) nested = { anyOf: [nested] }
  assertFits({ properties: { a: nested } }, { a: 1 }, { a: '1' })
  for (let level = 0; level < 5_000; level += 1) nested = { anyOf: [nested] }
  assertFits({ properties: { a: nested } }, { a: 1 })
})

test('branches that multiply the work end in a message', () => {
  const anyOf = Array.from({ length: 200 }, (_, index) => ({ type: 'string', minLength: index + 5 }))
  const parameters = { properties: { a: { items: { anyOf: [...anyOf, { type: 'string' }] } } } }
  assertFits(parameters, { a: Array(100).fill('true') })
  const long = fit(tool(parameters), { a: Array(4_000).fill('true') })
  assert.match(long.ok ? '' : long.error, /they take too long to be checked/)
})

test('long texts and long lists of values count as the work that they are', () => {
  const words = Array.from({ length: 2_400 }, (_, index) => `word${index}`)
  const anyOf = Array.from({ length: 200 }, () => ({ type: 'string', maxLength: 3 }))
  const objects = words.slice(0, 2_000).map((word) => ({ word }))
  for (const [schema, short, long] of [
    [{ anyOf }, 'x'.repeat(1_000), 'x'.repeat(250_000)],
    [{ items: { enum: words } }, Array(50).fill('WORD2399'), Array(4_000).fill('WORD2399')],
    [
      { items: { enum: objects } },
      Array(50).fill({ word: 'word1999' }),
      Array(2_000).fill({ word: 'word1999' }),
    ],
  ] as const) {
    const [some, many] = [short, long].map((a) => fit(tool({ properties: { a: schema } }), { a }))
    assert.doesNotMatch(some?.ok === false ? some.error : '', /too long to be checked/)
    assert.match(many?.ok === false ? many.error : '', /they take too long to be checked/)
  }
})

test('a value that fits another branch costs no message about the branches that it does not fit', () => {
  const names = Array.from({ length: 240 }, (_, index) => `${index}`.padEnd(95, 'x'))
  const closed = {
    properties: Object.fromEntries(names.map((name) => [name, {}])),
    additionalProperties: false,
  }
  const parameters = { properties: { a: { items: { anyOf: [closed, { type: 'object' }] } } } }
  const begun = performance.now()
  assertFits(parameters, { a: Array.from({ length: 300 }, () => ({ ['y'.repeat(95)]: 1 })) })
  assert.ok(performance.now() - begun < 2_000)
})
