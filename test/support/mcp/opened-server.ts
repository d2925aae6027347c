import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { McpServer } from '../../../src/protocol/tool-settings/mcp-server.ts'
import { McpTools, type McpToolsOptions } from '../../../src/tools/sources/mcp/mcp-tools.ts'

const require = createRequire(import.meta.url)

/** The path of an MCP server that is a package. */
export function packagedServer(name: string): string {
  return require.resolve(`@modelcontextprotocol/${name}/dist/index.js`)
}

export function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'chatterd-mcp-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A server that is a program. */
export function program(...args: string[]) {
  const command = { type: 'stdio', program: process.execPath, args, cwd: '/', env: {} } as const
  return { name: 'x', prefix: '', secrets: [], ...command }
}

/**
 * A server that is a program of these lines; `answer(id, result)` writes an answer, and `on` has functions by the method that they
 * answer.
 */
export function writtenServer(t: TestContext, lines: string) {
  const file = join(makeFolder(t), 'server.mjs')
  writeFileSync(file, serverSource(lines))
  return program(file)
}

/** The source of such a program. */
export function serverSource(lines: string): string {
  return `import { createInterface } from 'node:readline'
const write = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
const answer = (id, result) => write({ id, result })
const info = { protocolVersion: '2025-06-18', capabilities: { tools: { listChanged: true } }, serverInfo: { name: 'x', version: '1' } }
const listed = (...names) => ({ tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })) })
const on = { initialize: (id) => answer(id, info), ping: (id) => answer(id, {}) }
${lines}
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (on[method]) on[method](id, params)
  else if (id !== undefined) write({ id, error: { code: -32601, message: 'no such method' } })
})
`
}

/** The source of one server, after the first attempt to open it. */
export async function openServer(t: TestContext, server: McpServer, options: Partial<McpToolsOptions> = {}) {
  const changes = new EventTarget()
  const group = new McpTools({
    ...{ retryMs: 1, mcpStartMs: 60_000, ...options },
    onChange: () => changes.dispatchEvent(new Event('change')),
  })
  t.after(() => group.close())
  group.use({ mcpServers: [server] })
  await group.reload()
  const source = () => group.sources()[0] ?? assert.fail()
  return {
    group,
    source,
    names: () => source().tools.map(({ schema }) => schema.function.name),
    async until(isThere: () => boolean) {
      while (!isThere()) await once(changes, 'change')
    },
    async call(name: string, args = {}, signal = t.signal) {
      const tool = source().tools.find(({ schema }) => schema.function.name === name)
      const context = { signal, conversation: 'c', turn: 't', callId: 'i' }
      return await (tool ?? assert.fail(source().reason)).run(args, context)
    },
  }
}
