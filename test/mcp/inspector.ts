// The MCP inspector brings a page with all that builds it, so `npm run test:inspector` runs this, and wants its program on the path.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { offered, openServer } from './toolbox-world.ts'

const run = promisify(execFile)
const { mcp } = await openServer({ after })

/** What the inspector's command line writes. Its files are in a folder of its own. */
async function inspect(t: TestContext, args: string[]) {
  const home = await mkdtemp(join(tmpdir(), 'chatterd-inspector-'))
  t.after(() => rm(home, { recursive: true }))
  const env = { PATH: process.env.PATH ?? '', HOME: home }
  const { stdout } = await run('mcp-inspector', args, { env, signal: t.signal })
  return JSON.parse(stdout)
}

test("the MCP inspector's command line lists the tools, as docs/tools.md says [mcp-tools]", async (t) => {
  const page = await readFile(new URL('../../docs/tools.md', import.meta.url), 'utf8')
  const [, line = ''] = /npx @modelcontextprotocol\/inspector (--cli .*)/.exec(page) ?? []
  const args = line.replace('http://127.0.0.1:8080/mcp', mcp).split(' ')
  const { tools } = await inspect(t, args)
  assert.deepEqual(
    tools.map(({ name }: { name: string }) => name),
    offered,
  )
})

test("the MCP inspector's command line calls a tool", async (t) => {
  const call = ['--method', 'tools/call', '--tool-name', 'say_hello', '--tool-arg', 'name=Ann']
  const result = await inspect(t, ['--cli', mcp, '--transport', 'http', ...call])
  assert.deepEqual(result, { content: [{ type: 'text', text: 'Hello, Ann' }] })
})
