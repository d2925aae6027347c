import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import type { Json, JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { createFit } from './fit.ts'

/** The same cases in every run. */
const runs = { numRuns: 200, seed: 1 }
const names = fc.constantFrom('a', 'b', 'c', 'constructor')
const typeNames = fc.constantFrom('string', 'number', 'integer', 'boolean', 'object', 'array', 'null')

/** Values with texts and names that occur in the schemas below. */
const { value: values } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<Json>('3', '3.0', ' 4 ', 'true', 'on', 'ON', '', 'abc', '{"a":1}', '["1"]', 'null'),
    fc.constantFrom<Json>(null, true, false, 0, 3, -2.5, 1e21),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))
const argumentObjects = fc.dictionary(names, values, { maxKeys: 4, noNullPrototype: true })

/** Well-formed schemas with the keywords that are checked. */
const { schema: soundSchemas } = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    typeNames.map((type): JsonObject => ({ type })),
    fc.uniqueArray(typeNames, { minLength: 1, maxLength: 3 }).map((type): JsonObject => ({ type })),
    fc.constantFrom<JsonObject>({}, { type: 'string', enum: ['on', 'off'] }, { type: 'integer', minimum: 1 }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    objectsOf(tie('schema')),
  ),
}))

/** Without schemas that require a property which they forbid: no value would be valid. */
function objectsOf(schemas: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> {
  const parts = fc.record({
    properties: fc.dictionary(names, schemas, { maxKeys: 3, noNullPrototype: true }),
    required: fc.uniqueArray(names, { maxLength: 2 }),
    more: fc.option(fc.oneof(fc.boolean(), schemas)),
  })
  return parts.map(({ properties, required, more }) => ({
    type: 'object',
    properties,
    required: more === false ? required.filter((name) => Object.hasOwn(properties, name)) : required,
    ...(more !== null && { additionalProperties: more }),
  }))
}

const keywords = fc.constantFrom(
  ...[
    'type',
    'properties',
    'required',
    'items',
    'prefixItems',
    'additionalItems',
    'additionalProperties',
    'anyOf',
  ],
  ...[
    'allOf',
    'oneOf',
    'enum',
    'const',
    'minimum',
    'maxLength',
    'multipleOf',
    'nullable',
    '$defs',
    'not',
    'pattern',
  ],
)

/** Objects that resemble schemas: all keywords, with well-formed and malformed values. */
const { schema: wildSchemas } = fc.letrec<{ schema: JsonObject; part: Json }>((tie) => ({
  schema: fc.dictionary(keywords, tie('part'), { maxKeys: 5, noNullPrototype: true }),
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(typeNames, values, fc.constantFrom<Json>([{ $ref: '#' }], { a: { $ref: '#/properties/b' } })),
    tie('schema'),
    fc.array(tie('schema'), { maxLength: 3 }),
    fc.dictionary(names, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
  ),
}))

const fit = createFit()

function tool(parameters: Json): ToolSchema {
  return { type: 'function', function: { name: 'try_it', parameters: parameters as JsonObject } }
}

function validatorOf(schema: JsonObject) {
  return new Ajv2020({ strict: false, ownProperties: true, logger: false, validateSchema: false }).compile(
    schema,
  )
}

test('any schema and any arguments result in fitted arguments or a message, and neither is modified', () => {
  fc.assert(
    fc.property(
      fc.oneof(wildSchemas, fc.jsonValue() as fc.Arbitrary<Json>),
      fc.oneof(values, argumentObjects),
      (schema, args) => {
        const before = structuredClone([schema, args])
        const result = fit(tool(schema), args)
        assert.ok(
          result.ok || /^Wrong arguments for try_it: .+\.$/s.test(result.error),
          JSON.stringify(result),
        )
        assert.deepEqual([schema, args], before)
      },
    ),
    runs,
  )
})

test('fitted arguments are valid for the schema', () => {
  fc.assert(
    fc.property(objectsOf(soundSchemas), argumentObjects, (schema, args) => {
      const result = fit(tool(schema), args)
      fc.pre(result.ok)
      const validate = validatorOf(schema)
      assert.ok(validate(result.arguments), JSON.stringify(validate.errors))
    }),
    runs,
  )
})

test('arguments that are valid for the schema are accepted', () => {
  let valid = 0
  fc.assert(
    fc.property(fc.oneof(soundSchemas, objectsOf(soundSchemas)), argumentObjects, (schema, args) => {
      if (!validatorOf(schema)(args)) return
      valid += 1
      const result = fit(tool(schema), args)
      assert.ok(result.ok, JSON.stringify(result))
    }),
    runs,
  )
  assert.ok(valid > 20, `only ${valid} were valid`)
})

test('fitted arguments are accepted again, unchanged', () => {
  fc.assert(
    fc.property(fc.oneof(wildSchemas, soundSchemas), argumentObjects, (schema, args) => {
      const once = fit(tool(schema), args)
      fc.pre(once.ok)
      assert.deepEqual(fit(tool(schema), once.ok && once.arguments), once)
    }),
    runs,
  )
})

test('a JSON string of the arguments is fitted like the arguments', () => {
  fc.assert(
    fc.property(soundSchemas, argumentObjects, (schema, args) => {
      assert.deepEqual(fit(tool(schema), JSON.stringify(args)), fit(tool(schema), args))
    }),
    runs,
  )
})
