import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutNulls } from './remove-nulls.ts'

test('members that are null are removed from the body, its messages, their calls and its tools', () => {
  const body = {
    ...{ appID: 'a', stream: null, options: null },
    messages: [{ role: 'user', content: 'Hi', images: null, tool_calls: null }],
    tools: [{ type: null, function: { name: 'f', description: null, parameters: null } }],
  }
  assert.deepEqual(withoutNulls(body), {
    appID: 'a',
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [{ function: { name: 'f' } }],
  })
  const tool_calls = [{ id: null, function: { name: 'f', arguments: null } }]
  assert.deepEqual(withoutNulls({ messages: [{ role: 'assistant', tool_calls }] }), {
    messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f' } }] }],
  })
  assert.deepEqual(withoutNulls({ messages: null, tools: null }), {})
})

test('nulls inside arguments, schemas and options stay', () => {
  const body = {
    messages: [{ role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: { unit: null } } }] }],
    tools: [
      { function: { name: 'f', parameters: { properties: { unit: { default: null, enum: ['c', null] } } } } },
    ],
    options: { stop: null },
    format: { enum: [null] },
  }
  assert.deepEqual(withoutNulls(structuredClone(body)), body)
})

test('values that are not objects stay as they are, for the validation to refuse', () => {
  for (const body of [null, 'text', 7, [null], undefined]) assert.deepEqual(withoutNulls(body), body)
  const odd = { messages: [null, 'text', { tool_calls: [null, { function: 'f' }] }], tools: [null, 7] }
  assert.deepEqual(withoutNulls(odd), odd)
  assert.deepEqual(withoutNulls({ messages: 'text', tools: {} }), { messages: 'text', tools: {} })
})

test('the given body is not changed', () => {
  const body = { stream: null, messages: [{ content: null }] }
  withoutNulls(body)
  assert.deepEqual(body, { stream: null, messages: [{ content: null }] })
})
