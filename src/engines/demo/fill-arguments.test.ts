import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../protocol/json.ts'
import { readFacts } from './facts.ts'
import { type Filled, fillArguments } from './fill-arguments.ts'

function fill(asked: string, properties: JsonObject, required = Object.keys(properties)): Filled {
  const facts = readFacts(asked)
  const tool = {
    type: 'function',
    function: { name: 'tool', parameters: { type: 'object', properties, required } },
  } as const
  return fillArguments(tool, [facts], facts)
}

const cases: [asked: string, schema: JsonObject, value: Json][] = [
  ['value: 12', { type: 'integer' }, 12],
  ['value=1.5', { type: 'number' }, 1.5],
  ['the value is 7', { type: 'integer' }, 7],
  ['value: 12', { type: 'string' }, '12'],
  ['"value": "two words"', { type: 'string' }, 'two words'],
  ['say "good day"', { type: 'string' }, 'good day'],
  ['the weather in New York today', { type: 'string' }, 'New York'],
  ['value: yes', { type: 'boolean' }, true],
  ['value: off', { type: 'boolean' }, false],
  ['value: celsius', { type: 'string', enum: ['celsius', 'fahrenheit'] }, 'celsius'],
  ['value: 3', { type: ['null', 'integer'] }, 3],
  ['{"value": [1, 2]}', { type: 'array' }, [1, 2]],
  ['{"deep": {"value": {"a": 1}}}', { type: 'object' }, { a: 1 }],
]
for (const [asked, schema, value] of cases) {
  test(`${JSON.stringify(value)} is read from: ${asked}`, () => {
    assert.deepEqual(fill(asked, { value: schema }), { arguments: { value }, missing: [] })
  })
}

const lacking: [asked: string, schema: JsonObject][] = [
  ['nothing', { type: 'integer' }],
  ['1.5', { type: 'integer' }],
  ['for 3 days', { type: 'string' }],
  ['value: kelvin', { type: 'string', enum: ['celsius', 'fahrenheit'] }],
  ['value: 3', { type: 'array' }],
  ['d20', { type: 'integer' }],
]
for (const [asked, schema] of lacking) {
  test(`no ${schema.type} is read from: ${asked}`, () => {
    assert.deepEqual(fill(asked, { value: schema }), { arguments: {}, missing: ['value'] })
  })
}

test('a number before the name of an argument is its value, what is left goes to the others', () => {
  const properties = { count: { type: 'integer' }, sides: { type: 'integer' } }
  assert.deepEqual(fill('roll 3 dice with 20 sides', properties).arguments, { sides: 20, count: 3 })
})

test('optional arguments are filled by name only', () => {
  const properties = { days: { type: 'integer' } }
  assert.deepEqual(fill('the next 3', properties, []).arguments, {})
  assert.deepEqual(fill('the next 3 days', properties, []).arguments, { days: 3 })
})

test('a tool without parameters needs none', () => {
  const facts = readFacts('5')
  assert.deepEqual(fillArguments({ type: 'function', function: { name: 'now' } }, [], facts), {
    arguments: {},
    missing: [],
  })
})
