import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const bin = fileURLToPath(new URL('../../../bin/chatterd.js', import.meta.url))

/** Runs `chatterd tools …` in a folder with these tools and this settings file. */
function inFolder(t: TestContext, files: Record<string, string>, settings = '') {
  const cwd = mkdtempSync(join(tmpdir(), 'chatterd-cli-tools-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  mkdirSync(join(cwd, 'tools'))
  for (const [name, source] of Object.entries(files)) writeFileSync(join(cwd, 'tools', name), source)
  writeFileSync(join(cwd, 'chatterd.toml'), settings)
  return (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'tools', ...args], {
      ...{ cwd, encoding: 'utf8' },
      // What a module leaves open does not keep the command from its end.
      timeout: 60_000,
    })
    return { status, stdout, stderr }
  }
}

const parameters = `{ type: 'object', properties: { zone: { type: 'string', description: 'IANA time zone' } }, required: ['zone'] }`
const getZone = `
  setInterval(() => {}, 1_000)
  export default { description: 'Get a zone\\nand more', parameters: ${parameters}, run: ({ zone }) => ({ zone }) }`

test('tools list names every tool with its source, and the sources that are down', (t) => {
  const tools = inFolder(t, { 'get-zone.ts': getZone, 'broken.ts': '\n(' })
  const { status, stdout, stderr } = tools('list')
  assert.deepEqual(
    [status, stdout],
    [
      0,
      'get_weather  builtin           Get current temperature\nget_zone     file:get-zone.ts  Get a zone\n',
    ],
  )
  assert.match(stderr, /^file:broken\.ts is down: broken\.ts:2: .+\n$/)
})

test('tools call runs a tool as a server does, and fails where the tool fails or does not take the arguments', (t) => {
  const tools = inFolder(t, { 'get-zone.ts': getZone })
  assert.deepEqual(tools('call', 'get_zone', '{"zone": 5}'), {
    ...{ status: 0, stdout: '{"zone":"5"}\n', stderr: '' },
  })
  const wrong = tools('call', 'get_zone')
  assert.deepEqual([wrong.status, wrong.stdout], [1, ''])
  assert.match(wrong.stderr, /^Wrong arguments for get_zone: "zone" is missing/)
  const missing = inFolder(t, { 'get-zone.ts': getZone, 'gone.js': '(' })('call', 'get_zones', '{}')
  assert.match(
    missing.stderr,
    /^There is no tool "get_zones" here; did you mean get_zone\?\nfile:gone\.js is down: gone\.js:1: /,
  )
  assert.equal(tools('call').status, 2)
  assert.equal(tools('cal').status, 2)
})

test('tools check says what is wrong, what would help models, and what the tools cost', (t) => {
  const tools = inFolder(
    t,
    {
      'get-zone.ts': getZone,
      'getzone.ts': 'export default { parameters: { properties: { a: {} } }, run() {} }',
      'other.ts': `export default { name: 'get_zone', run() {} }`,
      'odd.cjs': `module.exports = { description: 'Odd', parameters: { city: { type: 'string' } }, run() {} }`,
    },
    '[tools]\noff = ["get_weather", "fs_*"]\n[tools.commands.gone]\ndescription = "Gone"\ncommand = ["no-such-program"]\n',
  )
  const { status, stdout } = tools('check')
  assert.equal(status, 1)
  const expected = [
    'builtin: 0 tools',
    'file:get-zone.ts: 1 tool',
    'problem: the tool get_zone of file:other.ts is left out: file:get-zone.ts has a tool of this name; give one of them another name',
    'problem: gone cannot run: the program no-such-program is not installed',
    'advice: odd has parameters that are no JSON Schema of an object: write { "type": "object", "properties": { … } }',
    'advice: getzone has no description: models must guess what it is for',
    'advice: getzone has arguments without a description: a',
    'advice: get_zone and getzone differ only in their spelling: models mix them up',
    'advice: off in [tools] has "fs_*", which is the name of no tool',
  ]
  for (const line of expected) assert.ok(stdout.includes(`${line}\n`), line)
  assert.match(stdout, /\nYour 4 tools cost about \d+ tokens a prompt\.\n$/)
  assert.equal(inFolder(t, { 'get-zone.ts': getZone })('check').status, 0)
})
