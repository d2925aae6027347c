import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

/** The MCP servers of a settings file, and what is wrong with it. */
function load(
  t: TestContext,
  text: string,
  env: Record<string, string> = {},
  others: Record<string, string> = {},
) {
  const cwd = mkdtempSync(join(tmpdir(), 'chatterd-config-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'chatterd.toml'), text)
  for (const [name, content] of Object.entries(others)) writeFileSync(join(cwd, name), content)
  try {
    const { tools } = loadConfig({ env, cwd, platform: 'linux', home: '/home/ann' })
    return { cwd, servers: tools.mcpServers, problems: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const where = / of \[mcpServers\.x\] in \S+chatterd\.toml/
    return { cwd, servers: [], problems: error.problems.map((each) => each.replace(where, '')) }
  }
}

test('a table of an MCP server names a program or a URL', (t) => {
  const text = `
[mcpServers.files]
command = "npx"
args = ["-y", "server-files", "\${ROOT}"]
env = { KEY = "k3y" }
cwd = "work"
prefix = "files_"
tools = ["read_*"]
timeout = "20s"
[mcpServers.search]
url = "https://mcp.example.com/mcp?key=\${TOKEN}"
headers = { Authorization = "Bearer \${TOKEN}" }
[mcpServers.old]
type = "sse"
url = "https://mcp.example.com/sse"
[mcpServers.off]
command = "nothing"
disabled = true
`
  const env = { ROOT: '/srv/files', TOKEN: 't0ken', PATH: '/bin', OTHER: 'x' }
  const { cwd, servers, problems } = load(t, text, env)
  assert.deepEqual(problems, [])
  assert.deepEqual(servers, [
    {
      ...{ name: 'files', type: 'stdio', program: 'npx', args: ['-y', 'server-files', '/srv/files'] },
      env: { PATH: '/bin', KEY: 'k3y' },
      cwd: join(cwd, 'work'),
      ...{ prefix: 'files_', tools: ['read_*'], timeoutMs: 20_000 },
      secrets: ['k3y', '/srv/files'],
      unused: [],
    },
    {
      ...{ name: 'search', type: 'http', url: 'https://mcp.example.com/mcp?key=t0ken' },
      headers: { Authorization: 'Bearer t0ken' },
      prefix: '',
      secrets: ['t0ken', 't0ken'],
      unused: [],
    },
    {
      ...{ name: 'old', type: 'sse', url: 'https://mcp.example.com/sse', headers: {} },
      prefix: '',
      secrets: [],
      unused: [],
    },
  ])
})

test('what tools need to read is no secret: paths of this machine, and variables with other names', (t) => {
  const text = `[mcpServers.x]
command = "npx"
args = ["\${ROOT}", "\${CODE}"]
env = { API_KEY = "written", UNITS = "imperial", DIR = "\${ROOT}" }`
  const { servers } = load(t, text, { ROOT: '/', CODE: 'c0de' })
  assert.deepEqual(servers[0]?.secrets, ['written', 'c0de'])
})

test('what a table of an MCP server does not take is refused', (t) => {
  const of = (text: string) => load(t, `[mcpServers.x]\n${text}`).problems
  assert.deepEqual(of('comand = "npx"'), [
    'comand: it takes command, args, env, cwd, type, prefix, tools, timeout, disabled; did you mean command?',
    'command: expected a program, or a url',
  ])
  assert.deepEqual(of('url = "https://a.example"\ntype = "ws"\nargs = []'), [
    'args: it takes url, headers, type, prefix, tools, timeout, disabled',
    'type: expected "http" or "sse"',
  ])
  assert.deepEqual(of(`command = "x"\nenv = { KEY = "\${KEY}" }`), [
    'env.KEY: there is no variable KEY in the environment',
  ])
})

test('what other programs write of their own is taken, and named as without effect', (t) => {
  const { servers, problems } = load(t, '[mcpServers.x]\ncommand = "npx"\nautoApprove = []\ntrust = true')
  assert.deepEqual(problems, [])
  assert.deepEqual(servers[0]?.unused, ['autoApprove', 'trust'])
})

test('variables are written in the ways of other programs, too', (t) => {
  const text = `[mcpServers.x]\ncommand = "npx"\nargs = ["\${env:A}", "\${B:-two}", "\${A:-one}", "\${C:-}"]`
  const { servers, problems } = load(t, text, { A: 'a' })
  assert.deepEqual(problems, [])
  assert.deepEqual(servers[0]?.type === 'stdio' && servers[0].args, ['a', 'two', 'a', ''])
  assert.deepEqual(load(t, `[mcpServers.x]\ncommand = "\${input:key}"`).problems, [
    'command: there is no variable input:key in the environment',
  ])
})

test('servers of another program are read from its file', (t) => {
  const own = '[mcpServers.x]\ncommand = "one"'
  const read = (content: string, text = 'mcp-config = "other.json"') =>
    load(t, `mcp-config = "other.json"\n${text === own ? own : ''}`, {}, { 'other.json': content })
  const names = ({ servers }: ReturnType<typeof load>) => servers.map(({ name }) => name)
  const file = '{"theme": 1, "mcpServers": {"y": {"command": "two", "alwaysAllow": ["a"]}}}'
  assert.deepEqual(names(read(file, own)), ['x', 'y'])
  assert.deepEqual(names(read('{"servers": {"y": {"type": "http", "url": "https://a.example"}}}')), ['y'])
  assert.deepEqual(names(read('{// ours\n"servers": {"y": {"command": "two",},},}')), ['y'])
  const problems = (content: string, text?: string) =>
    read(content, text).problems.map((each) => each.replaceAll(/\/\S+\//g, ''))
  assert.deepEqual(problems('{}'), ['mcp-config: other.json has no member mcpServers, and no member servers'])
  assert.deepEqual(problems('{'), ['other.json is not valid JSON: line 1, column 2'])
  assert.deepEqual(problems('{"mcpServers": {"x": {"command": "two"}}}', own), [
    '[mcpServers.x] is in other.json, and in the settings file',
  ])
  assert.deepEqual(load(t, 'mcp-config = "no.json"').problems.length, 1)
})
