import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../protocol/json.ts'
import { matchPattern } from '../../protocol/match-pattern.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { createToolbox } from '../toolbox.ts'

function makeTool(name: string, description = name): Tool {
  return { schema: { type: 'function', function: { name, description } }, run: () => description }
}

const context = { signal: new AbortController().signal, conversation: 'app', turn: 't', callId: 'c' }

test('of two tools with one name the first source has it, and the other one is named with both', async () => {
  const toolbox = createToolbox([makeTool('get_weather', 'built in')])
  const { problems, added } = toolbox.setSources([
    { name: 'file:a.ts', tools: [makeTool('get_weather', 'own'), makeTool('zone', 'a')] },
    { name: 'file:b.ts', tools: [makeTool('zone', 'b'), makeTool('alpha', 'b')] },
    { name: 'mcp:my-files', tools: [makeTool('zone', 'c')] },
  ])
  assert.deepEqual(added, ['alpha', 'zone'])
  assert.deepEqual(problems, [
    'the tool get_weather of file:a.ts is left out: builtin has a tool of this name; give one of them another name',
    'the tool zone of file:b.ts is left out: file:a.ts has a tool of this name; give one of them another name',
    'the tool zone of mcp:my-files is left out: file:a.ts has a tool of this name; give mcp:my-files a prefix, such as prefix = "my_files_"',
  ])
  assert.deepEqual(
    toolbox.describe().map(({ schema, source }) => [schema.function.name, source]),
    [
      ['alpha', 'file:b.ts'],
      ['get_weather', 'builtin'],
      ['zone', 'file:a.ts'],
    ],
  )
  assert.equal((await toolbox.run('zone', {}, context)).output, 'a')
})

test('names with dots and slashes are mended, and others that do not fit are left out with the reason', async () => {
  const toolbox = createToolbox([])
  const tools = ['fs.read', 'fs/write', 'two words'].map((name) => makeTool(name))
  const { problems } = toolbox.setSources([{ name: 'mcp:fs', tools }])
  assert.deepEqual(
    toolbox.schemas().map((schema) => schema.function.name),
    ['fs_read', 'fs_write'],
  )
  assert.match(
    problems.join(),
    /^a tool of mcp:fs is left out: The tool "two words" has a name that engines refuse/,
  )
  assert.equal((await toolbox.run('fs_read', {}, context)).output, 'fs.read')
})

test('tools that are off are not offered, whatever they come from, and the device may have one of their names', () => {
  const toolbox = createToolbox([makeTool('get_weather')])
  const tools = ['fs_write_file', 'fs_write_all', 'fs_read'].map((name) => makeTool(name))
  const { problems } = toolbox.setSources([{ name: 'mcp:fs', tools }], { off: ['fs_write_*', 'get_weather'] })
  assert.deepEqual(
    [toolbox.schemas().map((schema) => schema.function.name), problems, toolbox.has('get_weather')],
    [['fs_read'], [], false],
  )
})

test('the list that models see is the same one until a schema in it changes', () => {
  const toolbox = createToolbox([makeTool('a')])
  const list = (description: string) =>
    toolbox.setSources([{ name: 'file:b.ts', tools: [makeTool('b', description)] }])
  list('one')
  const before = toolbox.schemas()
  assert.ok(Object.isFrozen(before[1]?.function))
  list('one')
  assert.equal(toolbox.schemas(), before)
  assert.deepEqual(list('two').changed, ['b'])
  assert.notEqual(toolbox.schemas(), before)
})

test('a call of a tool that was removed since it was offered fails with words', async () => {
  const toolbox = createToolbox([])
  toolbox.setSources([{ name: 'file:b.ts', tools: [makeTool('b')] }])
  toolbox.setSources([])
  const output = 'The tool "b" is not available any more.'
  assert.deepEqual(await toolbox.run('b', {}, context), { status: 'failed', output })
})

test('in a pattern, * stands for any text', () => {
  const fits = ['a*', '*a', 'a*a', '*', 'a*b*a', 'aba', '**', '*b*']
  for (const pattern of fits) assert.ok(matchPattern(pattern, 'aba'), pattern)
  for (const pattern of ['', 'a', 'b*', '*b', 'ab*ba', 'a.a', 'ABA', 'aba*a', '*c*'])
    assert.ok(!matchPattern(pattern, 'aba'), pattern)
  assert.ok(!matchPattern(`${'a*'.repeat(1_000)}b`, 'a'.repeat(100_000)))
})

test('a tool whose schema has too many levels is left out, and no other one', () => {
  const toolbox = createToolbox([])
  for (const levels of [300, 20_000]) {
    let deep: JsonObject = {}
    for (let level = 0; level < levels; level++) deep = { 'x-note': deep }
    const tool = makeTool('deep')
    tool.schema.function.parameters = { type: 'object', 'x-note': deep }
    const { problems } = toolbox.setSources([{ name: 'mcp:x', tools: [tool, makeTool('fine')] }])
    assert.deepEqual(problems, [
      'a tool of mcp:x is left out: The schema of the tool "deep" has more than 256 levels.',
    ])
    assert.deepEqual(
      toolbox.schemas().map((schema) => schema.function.name),
      ['fine'],
    )
  }
})
