import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { loadConfig } from './load-config.ts'

/** The MCP servers of a settings file, and what is wrong with it. */
function load(t: TestContext, text: string, env: Record<string, string> = {}) {
  const cwd = mkdtempSync(join(tmpdir(), 'chatterd-config-'))
  t.after(() => rmSync(cwd, { recursive: true }))
  writeFileSync(join(cwd, 'chatterd.toml'), text)
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
    },
    {
      ...{ name: 'search', type: 'http', url: 'https://mcp.example.com/mcp?key=t0ken' },
      headers: { Authorization: 'Bearer t0ken' },
      prefix: '',
      secrets: ['t0ken', 't0ken'],
    },
    {
      ...{ name: 'old', type: 'sse', url: 'https://mcp.example.com/sse', headers: {} },
      prefix: '',
      secrets: [],
    },
  ])
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
    'env.KEY: there is no KEY in the environment',
  ])
})
