import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../../../client/types.ts'
import { formOf } from './form.ts'
import { type FieldValue, initialValues, validateForm } from './validate-form.ts'

const objectOf = (properties: JsonObject, required: string[] = []) =>
  formOf({ type: 'object', properties, required })
const answer = (properties: JsonObject, values: Record<string, FieldValue>, required?: string[]) =>
  validateForm(objectOf(properties, required), new Map(Object.entries(values)))
const problemOf = (field: JsonObject, value: FieldValue, required: string[] = ['x']) => {
  const checked = answer({ x: field }, { x: value }, required)
  return checked.ok ? undefined : checked.problems.get('x')
}
const given = (field: JsonObject, value: FieldValue): Json | undefined => {
  const checked = answer({ x: field }, { x: value })
  return checked.ok ? (checked.answer as JsonObject).x : undefined
}

test('each type of a schema has its kind of field', () => {
  const kinds: [JsonObject, string][] = [
    [{ type: 'string' }, 'text'],
    [{ type: 'string', maxLength: 1000 }, 'long-text'],
    [{ type: 'number' }, 'number'],
    [{ type: ['integer', 'null'] }, 'integer'],
    [{ type: 'boolean' }, 'yes-no'],
    [{ enum: ['a', 'b'] }, 'choice'],
    [{ type: 'string', enum: ['a'] }, 'choice'],
    [{ oneOf: [{ const: 1, title: 'one' }, { const: 2 }] }, 'choice'],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, 'choices'],
    [{ type: 'string', format: 'date' }, 'date'],
    [{ type: 'string', format: 'date-time' }, 'date-time'],
    [{ type: 'string', format: 'email' }, 'email'],
    [{ type: 'string', format: 'hostname' }, 'text'],
    [{ type: 'object', properties: { a: {} } }, 'json'],
    [{ type: 'array', items: { type: 'string' } }, 'json'],
    [{ oneOf: [{ const: 1 }, { type: 'string' }] }, 'json'],
    [{ $ref: '#/x' }, 'json'],
    [{}, 'json'],
  ]
  for (const [schema, kind] of kinds)
    assert.equal(objectOf({ x: schema }).fields[0]?.kind, kind, JSON.stringify(schema))
})

test('labels come from titles or names, and say what is required', () => {
  const form = objectOf(
    { first_name: { type: 'string' }, b: { type: 'string', title: 'Born', description: 'the year' } },
    ['b'],
  )
  assert.deepEqual(
    form.fields.map(({ label, required, description }) => ({ label, required, description })),
    [
      { label: 'First name', required: false, description: undefined },
      { label: 'Born', required: true, description: 'the year' },
    ],
  )
})

test('a question without a form, or with a form of one value, has one field, and the answer is its value', () => {
  const text = formOf(undefined)
  assert.deepEqual([text.single, text.fields[0]?.kind], [true, 'long-text'])
  assert.deepEqual(validateForm(text, new Map([['', 'yes, please']])), { ok: true, answer: 'yes, please' })
  const choice = formOf({ type: 'string', enum: ['red', 'blue'] })
  assert.deepEqual(validateForm(choice, new Map([['', '1']])), { ok: true, answer: 'blue' })
})

test('a schema with too many fields or choices becomes JSON', () => {
  const many = Object.fromEntries(Array.from({ length: 41 }, (_, index) => [`f${index}`, { type: 'string' }]))
  const form = formOf({ type: 'object', properties: many })
  assert.deepEqual(
    form.fields.map(({ kind }) => kind),
    ['json'],
  )
  assert.equal(
    objectOf({ x: { enum: Array.from({ length: 201 }, (_, index) => index) } }).fields[0]?.kind,
    'json',
  )
})

test('what a model writes in place of a schema still makes a form', () => {
  for (const schema of [
    'x',
    1,
    null,
    [],
    { properties: [] },
    { type: 'object', properties: { a: 1 }, required: 'a' },
    { enum: 'x' },
  ])
    assert.equal(formOf(schema).fields.length, 1, JSON.stringify(schema))
})

test('values have the types of their fields', () => {
  assert.equal(given({ type: 'integer' }, ' 12 '), 12)
  assert.equal(given({ type: 'number' }, '3,5'), 3.5)
  assert.equal(given({ type: 'boolean' }, 'false'), false)
  assert.equal(given({ enum: [1, 'b', null] }, '0'), 1)
  assert.deepEqual(given({ type: 'array', items: { enum: ['a', 'b', 'c'] } }, ['2', '0']), ['a', 'c'])
  assert.deepEqual(given({ type: 'object' }, '{"a": [1]}'), { a: [1] })
  assert.equal(given({ type: 'string' }, ' kept '), ' kept ')
})

test('what is wrong is said in words', () => {
  assert.match(problemOf({ type: 'string' }, '  ') ?? '', /fill this in/)
  assert.match(problemOf({ enum: ['a'] }, '') ?? '', /choose one/)
  assert.match(problemOf({ type: 'number' }, 'three') ?? '', /not a number/)
  assert.match(problemOf({ type: 'number' }, '1,000.5') ?? '', /not a number/)
  assert.match(problemOf({ type: 'integer' }, '1.5') ?? '', /whole number/)
  assert.match(problemOf({ type: 'integer', minimum: 3 }, '2') ?? '', /at least 3/)
  assert.match(problemOf({ type: 'integer', maximum: 3 }, '4') ?? '', /at most 3/)
  assert.match(problemOf({ type: 'string', minLength: 2 }, 'a') ?? '', /at least 2 characters/)
  assert.match(problemOf({ type: 'string', maxLength: 1 }, 'ab') ?? '', /at most 1 character;/)
  assert.match(problemOf({ type: 'string', format: 'date' }, '2026-02-30') ?? '', /2026-01-31/)
  assert.match(problemOf({ type: 'string', format: 'email' }, 'ann') ?? '', /email/)
  assert.match(problemOf({ type: 'string', format: 'uri' }, 'javascript:1') ?? '', /https/)
  assert.match(
    problemOf({ type: 'array', items: { enum: ['a', 'b'] }, maxItems: 1 }, ['0', '1']) ?? '',
    /at most 1/,
  )
  assert.match(problemOf({ type: 'array', items: { enum: ['a', 'b'] } }, []) ?? '', /at least 1/)
  assert.match(problemOf({ type: 'object' }, '{a') ?? '', /not JSON/)
  assert.equal(problemOf({ type: 'string', format: 'date' }, '2028-02-29'), undefined)
})

test('optional fields that are empty are left out of the answer', () => {
  const checked = answer(
    { a: { type: 'string' }, b: { type: 'integer' }, __proto__x: { type: 'boolean' } },
    { a: 'x' },
  )
  assert.deepEqual(checked, { ok: true, answer: { a: 'x' } })
})

test('defaults are filled in where they fit', () => {
  const form = objectOf({
    a: { type: 'string', default: 'x' },
    b: { enum: ['p', 'q'], default: 'q' },
    c: { enum: ['p', 'q'], default: 'z' },
    d: { type: 'array', items: { enum: ['p', 'q'] }, default: ['q', 'z'] },
    e: { type: 'boolean', default: true },
    f: { type: 'object', default: { g: 1 } },
  })
  assert.deepEqual([...initialValues(form).values()], ['x', '1', '', ['1'], 'true', '{"g":1}'])
})
