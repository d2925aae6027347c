import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

/** The tables of a settings file with this text. */
function load(t: TestContext, text: string, { env = {}, name = 'chatterd.toml' } = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'chatterd-config-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, name), text)
  try {
    return { cwd, tools: loadConfig({ env, cwd, platform: 'linux', home: '/home/ann' }).tools, problems: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { cwd, tools: undefined, problems: error.problems.map((each) => each.replaceAll(cwd, '')) }
  }
}

test('without a table the folder of tools is that in the working directory', (t) => {
  const { cwd, tools } = load(t, '')
  assert.deepEqual(tools, { folder: join(cwd, 'tools'), isFolderGiven: false, on: [], off: [] })
})

test('a table names the folder, as any path in the file, and what is off', (t) => {
  for (const [name, text] of [
    ['chatterd.toml', 'port = 1\n[tools]\nfolder = "own"\noff = ["fs_write_*"]\n'],
    ['chatterd.json', '{"tools": {"folder": "own", "off": ["fs_write_*"]}}'],
  ] as const) {
    const { cwd, tools } = load(t, text, { name })
    assert.deepEqual(tools, { folder: join(cwd, 'own'), isFolderGiven: true, on: [], off: ['fs_write_*'] })
  }
  assert.equal(load(t, '[tools]\nfolder = "~/own"').tools?.folder, '/home/ann/own')
})

test('a table switches on built-in tools that are off by default, by name or by pattern', (t) => {
  const on = (names: string) => load(t, `[tools]\non = ${names}`).tools?.on
  assert.deepEqual(on('["get_time", "search_places"]'), ['get_time', 'search_places'])
  assert.deepEqual(on('["get_*", "get_time"]'), ['get_forecast', 'get_time'])
  assert.deepEqual(on('["*"]'), ['convert_units', 'get_forecast', 'get_time', 'search_places'])
})

test('a name of no such tool is refused with the nearest', (t) => {
  const known =
    'it names no tool that is off by default; these are convert_units, get_forecast, get_time and search_places'
  assert.deepEqual(load(t, '[tools]\non = ["get_time", "get_tyme", "xyzzyplugh", "fs_*"]').problems, [
    `on[1] of [tools] in /chatterd.toml: ${known}; did you mean get_time?`,
    `on[2] of [tools] in /chatterd.toml: ${known}`,
    `on[3] of [tools] in /chatterd.toml: ${known}`,
  ])
  assert.deepEqual(load(t, '[tools]\non = "get_time"').problems, [
    'on of [tools] in /chatterd.toml: expected a list of names, in which * stands for any text',
  ])
})

test('variables of the environment are put into the texts of the table', (t) => {
  const env = { WHERE: '/srv', WHAT: 'fs', PORT: '1' }
  const { tools } = load(t, `[tools]\nfolder = "\${WHERE}/tools"\noff = ["\${WHAT}_*", "$WHAT", "\${}"]`, {
    env,
  })
  assert.deepEqual(tools, {
    folder: '/srv/tools',
    isFolderGiven: true,
    on: [],
    off: ['fs_*', '$WHAT', `\${}`],
  })
})

test('a variable that is missing or empty is named, and no value of another one is shown', (t) => {
  const env = { SECRET: 's3cret', EMPTY: '' }
  const { problems } = load(
    t,
    `[tools]\nfolder = "\${SECRET}\\u0000"\noff = ["\${NOT_THERE}", "a\${EMPTY}"]`,
    {
      env,
    },
  )
  assert.deepEqual(problems, [
    'off[0] of [tools] in /chatterd.toml: there is no NOT_THERE in the environment',
    'off[1] of [tools] in /chatterd.toml: there is no EMPTY in the environment',
    'folder of [tools] in /chatterd.toml: expected a path',
  ])
})

test('what a table does not take is refused, with what it takes', (t) => {
  assert.deepEqual(load(t, '[tools]\nfodler = "x"\nsomething = 1').problems, [
    'fodler of [tools] in /chatterd.toml: it takes folder, on and off; did you mean folder?',
    'something of [tools] in /chatterd.toml: it takes folder, on and off',
  ])
  assert.deepEqual(load(t, '[tols]').problems, [
    'tols in /chatterd.toml: no such table; settings are named at the top of the file, and its tables are [tools]; did you mean tools?',
  ])
  assert.deepEqual(load(t, 'tools = 1').problems, ['[tools] in /chatterd.toml: expected a table'])
  assert.deepEqual(load(t, '[tools]\noff = "x"\nfolder = 1').problems, [
    'folder of [tools] in /chatterd.toml: expected a path',
    'off of [tools] in /chatterd.toml: expected a list of names, in which * stands for any text',
  ])
})
