import assert from 'node:assert/strict'
import { test } from 'node:test'
import { defineDeviceTool } from './define-device-tool.ts'

const context = { signal: new AbortController().signal, callId: 'a' }

test('the arguments of a tool have the types that its schema says', () => {
  const tool = defineDeviceTool({
    name: 'repeat',
    parameters: {
      type: 'object',
      properties: { text: { type: 'string' }, times: { type: 'integer' }, how: { enum: ['loud', 'quiet'] } },
      required: ['text'],
    },
    run: ({ text, times, how }) => {
      text satisfies string
      times satisfies number | undefined
      how satisfies 'loud' | 'quiet' | undefined
      return text.repeat(times ?? 1)
    },
  })
  assert.equal(tool.run({ text: 'ab', times: 2 }, context), 'abab')
})

test('a tool without parameters has none', () => {
  const tool = defineDeviceTool({ name: 'now', run: (args) => Object.keys(args).length })
  assert.equal(tool.run({}, context), 0)
})
