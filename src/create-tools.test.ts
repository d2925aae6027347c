import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './config/load-config.ts'
import { createTools } from './create-tools.ts'
import type { JsonObject } from './protocol/json.ts'

function toolboxOf(env: Record<string, string>) {
  const machine = { platform: process.platform, home: '/', cwd: import.meta.dirname }
  return createTools(loadConfig({ ...machine, env }), { onNotice: () => {}, onWarning: () => {} }).toolbox
}

/** A schema that takes no string, some levels down. */
function nested(levels: number): JsonObject {
  const inner = levels === 0 ? { type: 'integer' } : nested(levels - 1)
  return { type: 'object', properties: { a: inner } }
}

function nestedValue(levels: number): JsonObject {
  return { a: levels === 0 ? 'text' : nestedValue(levels - 1) }
}

test('the settings limit the calls of tools, and the schemas that their arguments are checked with', () => {
  const isChecked = (levels: number, env: Record<string, string>) => {
    const schema = { type: 'function' as const, function: { name: 'x', parameters: nested(levels) } }
    return !toolboxOf(env).fit(schema, nestedValue(levels)).ok
  }
  const depth = { CHATTERD_TOOL_SCHEMA_DEPTH: '128' }
  assert.deepEqual([isChecked(20, {}), isChecked(40, {}), isChecked(40, depth)], [true, false, true])
  assert.equal(isChecked(20, { CHATTERD_TOOL_SCHEMA_LENGTH: '256' }), false)
  const limits = (env: Record<string, string>) => toolboxOf(env).describe()[0]?.limits.callsPerMinute
  assert.deepEqual([limits({}), limits({ CHATTERD_TOOL_CALLS_PER_MINUTE: '7' })], [undefined, 7])
})
