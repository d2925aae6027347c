import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadTables } from '../../test/support/settings/load-tables.ts'
import { emptyToolSettings } from '../protocol/tool-settings/tool-settings.ts'

test('without a table the folder of tools is that in the working directory', (t) => {
  const { cwd, tools } = loadTables(t, '')
  assert.deepEqual(tools, emptyToolSettings(join(cwd, 'tools')))
})

test('a table names the folder, as any path in the file, and what is off', (t) => {
  for (const [name, text] of [
    ['chatterd.toml', 'port = 1\n[tools]\nfolder = "own"\noff = ["fs_write_*"]\n'],
    ['chatterd.json', '{"tools": {"folder": "own", "off": ["fs_write_*"]}}'],
  ] as const) {
    const { cwd, tools } = loadTables(t, text, { name })
    assert.deepEqual(tools, {
      ...emptyToolSettings(join(cwd, 'own')),
      isFolderGiven: true,
      off: ['fs_write_*'],
    })
  }
  assert.equal(loadTables(t, '[tools]\nfolder = "~/own"').tools.folder, '/home/ann/own')
})

test('a table switches on built-in tools that are off by default, by name or by pattern', (t) => {
  const on = (names: string) => loadTables(t, `[tools]\non = ${names}`).tools.on
  assert.deepEqual(on('["get_time", "search_places"]'), ['get_time', 'search_places'])
  assert.deepEqual(on('["get_*", "get_time"]'), ['get_forecast', 'get_time'])
  assert.deepEqual(on('["*"]'), ['calculate', 'convert_units', 'get_forecast', 'get_time', 'search_places'])
})

test('a name of no such tool is refused with the nearest', (t) => {
  const known =
    'it names no tool that is off by default; these are calculate, convert_units, get_forecast, get_time and search_places'
  assert.deepEqual(loadTables(t, '[tools]\non = ["get_time", "get_tyme", "xyzzyplugh", "fs_*"]').problems, [
    `on[1] of [tools] in /chatterd.toml: ${known}; did you mean get_time?`,
    `on[2] of [tools] in /chatterd.toml: ${known}`,
    `on[3] of [tools] in /chatterd.toml: ${known}`,
  ])
  assert.deepEqual(loadTables(t, '[tools]\non = "get_time"').problems, [
    'on of [tools] in /chatterd.toml: expected a list of names, in which * stands for any text',
  ])
})

test('variables of the environment are put into the texts of the table', (t) => {
  const env = { WHERE: '/srv', WHAT: 'fs', PORT: '1' }
  const { tools } = loadTables(
    t,
    `[tools]\nfolder = "\${WHERE}/tools"\noff = ["\${WHAT}_*", "$WHAT", "\${}"]`,
    {
      env,
    },
  )
  assert.deepEqual(tools, {
    folder: '/srv/tools',
    isFolderGiven: true,
    on: [],
    off: ['fs_*', '$WHAT', `\${}`],
    ask: [],
    limits: [],
    commands: [],
    http: [],
    openapi: [],
    mcpServers: [],
  })
})

test('a variable that is missing or empty is named, and no value of another one is shown', (t) => {
  const env = { SECRET: 's3cret', EMPTY: '' }
  const { problems } = loadTables(
    t,
    `[tools]\nfolder = "\${SECRET}\\u0000"\noff = ["\${NOT_THERE}", "a\${EMPTY}"]`,
    {
      env,
    },
  )
  assert.deepEqual(problems, [
    'off[0] of [tools] in /chatterd.toml: there is no variable NOT_THERE in the environment',
    'off[1] of [tools] in /chatterd.toml: there is no variable EMPTY in the environment',
    'folder of [tools] in /chatterd.toml: expected a path',
  ])
})

test('what a table does not take is refused, with what it takes', (t) => {
  assert.deepEqual(loadTables(t, '[tools]\nfodler = "x"\nsomething = 1').problems, [
    'fodler of [tools] in /chatterd.toml: it takes folder, on, off, ask, limits, commands, http and openapi; did you mean folder?',
    'something of [tools] in /chatterd.toml: it takes folder, on, off, ask, limits, commands, http and openapi',
  ])
  assert.deepEqual(loadTables(t, '[tols]').problems, [
    'tols in /chatterd.toml: no such table; settings are named at the top of the file, and its tables are [tools], [mcpServers]; did you mean tools?',
  ])
  assert.deepEqual(loadTables(t, 'tools = 1').problems, ['[tools] in /chatterd.toml: expected a table'])
  assert.deepEqual(loadTables(t, '[tools]\noff = "x"\nfolder = 1\nask = [1]').problems, [
    'folder of [tools] in /chatterd.toml: expected a path',
    'off of [tools] in /chatterd.toml: expected a list of names, in which * stands for any text',
    'ask of [tools] in /chatterd.toml: expected a list of names, in which * stands for any text',
  ])
})

test('a table limits the calls of tools by their names', (t) => {
  const text = '[tools.limits]\n"send_*" = { callsAtOnce = 1, callsPerMinute = 5 }\n[tools.limits.get_time]\n'
  assert.deepEqual(loadTables(t, text).tools.limits, [
    { pattern: 'send_*', callsAtOnce: 1, callsPerMinute: 5 },
    { pattern: 'get_time' },
  ])
  assert.deepEqual(
    loadTables(
      t,
      '[tools.limits]\na = { callAtOnce = 1 }\nb = { callsAtOnce = 0, callsPerMinute = "5" }\nc = 1',
    ).problems,
    [
      'callAtOnce of [tools.limits.a] in /chatterd.toml: it takes callsAtOnce, callsPerMinute; did you mean callsAtOnce?',
      'callsAtOnce of [tools.limits.b] in /chatterd.toml: expected a whole number from 1 to 100000',
      'callsPerMinute of [tools.limits.b] in /chatterd.toml: expected a whole number from 1 to 100000',
      '[tools.limits.c] in /chatterd.toml: expected a table',
    ],
  )
})

const diskFree = `
[tools.commands.disk_free]
description = "Free disk space"
command = ["df", "-h", "--out={columns}", "{path}", "{{path}}", "{}", "{a b}"]
timeout = "5s"
env = { LC_ALL = "C", KEY = "\${KEY}" }
cwd = "data"
idempotent = true
[tools.commands.disk_free.parameters]
type = "object"
properties = { path = { type = "string" }, columns = { type = "string" } }
`

test('a table of a command is read, with its arguments, its paths, and its variables beside a few of the environment', (t) => {
  const { cwd, tools } = loadTables(t, diskFree, {
    env: { KEY: 's3cret', PATH: '/bin', TZ: 'UTC', LC_ALL: 'de_DE', DATABASE_URL: 'postgres://x' },
  })
  assert.deepEqual(tools.commands, [
    {
      name: 'disk_free',
      description: 'Free disk space',
      program: 'df',
      args: [
        ...[['-h'], ['--out=', { argument: 'columns' }], [{ argument: 'path' }]],
        ...[['{path}'], ['{}'], ['{a b}']],
      ],
      parameters: { type: 'object', properties: { path: { type: 'string' }, columns: { type: 'string' } } },
      timeoutMs: 5_000,
      env: { PATH: '/bin', TZ: 'UTC', LC_ALL: 'C', KEY: 's3cret' },
      secrets: ['C', 's3cret'],
      cwd: join(cwd, 'data'),
      idempotent: true,
    },
  ])
  const least = loadTables(t, '[tools.commands.up]\ncommand = ["uptime"]\nstdin = "json"\ntimeout = 2')
  assert.deepEqual(least.tools.commands, [
    {
      name: 'up',
      program: 'uptime',
      args: [],
      stdin: 'json',
      timeoutMs: 2_000,
      env: {},
      secrets: [],
      cwd: least.cwd,
    },
  ])
})

test('what a table of a command does not take is refused, with the nearest, and without its values', (t) => {
  const of = (text: string) =>
    loadTables(t, `[tools.commands.x]\n${text}`).problems.map((problem) =>
      problem.replace(' of [tools.commands.x] in /chatterd.toml', ''),
    )
  const takes = 'it takes command, stdin, env, cwd, description, parameters, timeout, idempotent'
  assert.deepEqual(of('comand = ["df"]\nshell = true'), [
    `comand: ${takes}; did you mean command?`,
    `shell: ${takes}`,
    'command: expected a list of texts, first the program',
  ])
  for (const command of ['"df -h"', '[]', '[""]', '["df", 1]', '["df", "\\u0000"]'])
    assert.deepEqual(of(`command = ${command}`), ['command: expected a list of texts, first the program'])
  assert.deepEqual(
    of(
      'command = ["df"]\ndescription = 1\nstdin = "text"\nparameters = "x"\ntimeout = "soon"\nenv = { "A=B" = "s3cret" }\ncwd = ""\nidempotent = 1',
    ),
    [
      'stdin: expected "json"',
      'env: expected texts by the names of variables',
      'cwd: expected a path',
      'description: expected a text',
      'parameters: expected a JSON Schema',
      'timeout: expected a duration such as 500ms, 15s, 10m or 1h (a bare number is seconds), 10ms to 1h',
      'idempotent: expected true or false',
    ],
  )
  assert.deepEqual(loadTables(t, '[tools]\ncommands = 1').problems, [
    'commands of [tools] in /chatterd.toml: expected tables [tools.commands.NAME]',
  ])
  assert.deepEqual(loadTables(t, '[tools.commands]\nx = 1').problems, [
    '[tools.commands.x] in /chatterd.toml: expected a table',
  ])
})

test('arguments that are unknown, that nothing uses, or that would be run as a program are refused', (t) => {
  const of = (command: string, others = '') =>
    loadTables(
      t,
      `[tools.commands.x]\ncommand = ${command}\n${others}\n[tools.commands.x.parameters.properties]\npath = {}`,
    ).problems.map((problem) => problem.replace(' of [tools.commands.x] in /chatterd.toml', ''))
  assert.deepEqual(of('["df", "{path}", "{pth}", "%{size}"]'), [
    'command: parameters has no property "pth"; did you mean path? ({{pth}} is the text {pth})',
    'command: parameters has no property "size" ({{size}} is the text {size})',
  ])
  const unused =
    'parameters: "path" is not used: put {path} into command, or give the program all arguments with stdin = "json"'
  assert.deepEqual(of('["df"]'), [unused])
  assert.deepEqual(of('["df"]', 'stdin = "json"'), [])
  assert.deepEqual(of('["{path}", "{path}"]'), ['command: the program must not be an argument'])
  for (const command of [
    `["sh", "-c", "ls {path}"]`,
    `["/bin/bash", "-euc", "{path}"]`,
    `["env", "python3.12", "-c", "print({path})"]`,
    `["node", "--eval", "{path}"]`,
  ])
    assert.match(of(command).join(), /^command: \{path\} would be run as program text: /, command)
  assert.deepEqual(of(`["sh", "-c", "ls \\"$1\\"", "sh", "{path}"]`), [])
  assert.deepEqual(of(`["grep", "-e", "{path}"]`), [])
})
