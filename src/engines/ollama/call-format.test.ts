import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { JsonObject } from '../../protocol/json.ts'
import { callFormat } from './call-format.ts'

const place: JsonObject = {
  type: 'object',
  $defs: {
    place: { type: 'object', properties: { name: { type: 'string' }, near: { $ref: '#/$defs/place' } } },
  },
  properties: { place: { $ref: '#/$defs/place' } },
  required: ['place'],
}
const go = { type: 'function', function: { name: 'go', parameters: place } } as const
const wait = { type: 'function', function: { name: 'wait' } } as const

function isRight(tools: Parameters<typeof callFormat>[0], reply: unknown): boolean {
  return new Ajv2020({ strict: false }).validate(callFormat(tools), reply)
}

test('a reply of this form is a call of one of the tools, with arguments that fit its schema, also where that refers to itself', () => {
  const near = { name: 'go', arguments: { place: { name: 'Bonn', near: { name: 'Cologne' } } } }
  assert.ok(isRight([go, wait], near))
  assert.ok(isRight([go], near))
  assert.ok(isRight([go, wait], { name: 'wait', arguments: {} }))
  for (const wrong of [
    { name: 'stay', arguments: {} },
    { name: 'go', arguments: {} },
    { name: 'go', arguments: { place: { name: 'Bonn', near: 1 } } },
    { name: 'go' },
    { ...near, more: 1 },
    'go',
  ])
    assert.ok(!isRight([go, wait], wrong), JSON.stringify(wrong))
  assert.ok(!isRight([go], { name: 'wait', arguments: {} }))
})
