import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceToolSchemas } from './posted-tools.ts'

const parameters = { type: 'object', properties: {} }

test('a tool whose member is nearly right is refused, because its schema would be lost', () => {
  const wrong: [object, RegExp][] = [
    [{ name: 'f', paramters: parameters }, /"f" has paramters; did you mean parameters\?/],
    [{ type: 'function', function: { name: 'f', desciption: 'x' } }, /did you mean description\?/],
    [{ name: 'f', input_shema: parameters }, /did you mean input_?schema\?/i],
  ]
  for (const [tool, message] of wrong)
    assert.throws(() => deviceToolSchemas([tool as never]), { code: 'invalid-request', message })
})

test('what MCP and other APIs write besides is taken', () => {
  const besides = { title: 'F', outputSchema: parameters, annotations: {}, strict: true, cache_control: {} }
  const [tool] = deviceToolSchemas([{ name: 'f', inputSchema: parameters, ...besides } as never])
  assert.deepEqual(tool, { type: 'function', function: { name: 'f', parameters } })
})
