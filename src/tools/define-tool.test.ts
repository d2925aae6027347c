import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { defineTool, type StandardSchema, type ToolContext } from '../index.ts'

/** Compiles only where both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

function expectType<_Check extends true>(): void {}

test('the arguments of a tool have the types of its JSON Schema', () => {
  const tool = defineTool({
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer' },
        units: { enum: ['F', 'C'] },
        places: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
        note: { type: ['string', 'null'] },
        any: {},
      },
      required: ['city', 'units'],
    },
    run(args, { signal }) {
      expectType<
        Same<
          typeof args,
          {
            city: string
            units: 'F' | 'C'
            days?: number
            places?: { name?: string }[]
            note?: string | null
            any?: unknown
          }
        >
      >()
      return signal.aborted
    },
  })
  assert.equal(typeof tool.run, 'function')
})

test('the arguments of a tool have the types that a schema of a library gives', () => {
  const schema: StandardSchema<{ n: string }, { n: number }> = {
    '~standard': {
      version: 1,
      vendor: 'own',
      validate: () => ({ value: { n: 1 } }),
      jsonSchema: { input: () => ({}) },
    },
  }
  const tool = defineTool({
    parameters: schema,
    run(args) {
      expectType<Same<typeof args, { n: number }>>()
      return args.n
    },
  })
  assert.equal(tool.parameters, schema)
})

test('the arguments of a tool have the types of its Zod schema', () => {
  defineTool({
    parameters: z.object({ date: z.string().transform((text) => new Date(text)), days: z.int().optional() }),
    run(args) {
      expectType<Same<typeof args, { date: Date; days?: number | undefined }>>()
    },
  })
})

test('without a schema a tool has no arguments that it knows, and what is no member of a tool is an error', () => {
  const tool = defineTool({
    run: (args, context) => {
      expectType<Same<typeof args, { [name: string]: unknown }>>()
      expectType<Same<typeof context, ToolContext>>()
    },
  })
  // @ts-expect-error
  defineTool({ run: () => '', paramaters: {} })
  assert.equal(tool.name, undefined)
})
