import { createRequire } from 'node:module'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { McpTools } from '../../src/tools/sources/mcp/mcp-tools.ts'
import { type Figure, ratioFigure } from '../report.ts'

/** Calls of an MCP server over its standard input and output, side by side, round after round. */
export interface McpLoad {
  calls: number
  rounds: number
  warmUp: number
}

const require = createRequire(import.meta.url)
const program = process.execPath
const args = [require.resolve('@modelcontextprotocol/server-everything/dist/index.js')]

/** Time until all calls have ended: of the package's own client, and of the source of tools. */
export async function measureMcpCalls({ calls, rounds, warmUp }: McpLoad): Promise<Figure> {
  const client = new Client({ name: 'bench', version: '1' })
  const source = new McpTools({ onChange() {}, mcpStartMs: 60_000 })
  try {
    await client.connect(new StdioClientTransport({ command: program, args }))
    source.use({
      mcpServers: [{ name: 'all', type: 'stdio', program, args, cwd: '/', env: {}, prefix: '', secrets: [] }],
    })
    await source.reload()
    const echo = source.sources()[0]?.tools.find(({ schema }) => schema.function.name === 'echo')
    if (!echo) throw new Error(`there is no tool echo: ${source.sources()[0]?.reason}`)
    const context = { signal: new AbortController().signal, conversation: 'c', turn: 't', callId: 'i' }
    const ways = [
      (message: string) => client.callTool({ name: 'echo', arguments: { message } }),
      (message: string) => echo.run({ message }, context),
    ] as const
    const times: [number[], number[]] = [[], []]
    for (let round = 0; round < warmUp + rounds; round++)
      for (const index of round % 2 ? ([1, 0] as const) : ([0, 1] as const)) {
        const begun = performance.now()
        await Promise.all(Array.from({ length: calls }, (_, call) => ways[index](`${call}`)))
        if (round >= warmUp) times[index].push(performance.now() - begun)
      }
    const what = `${calls} MCP calls side by side over stdio: the package's own client, and chatterd`
    return { what, ...ratioFigure(times, 1, 'ms'), aim: '1.5 x' }
  } finally {
    await Promise.all([client.close(), source.close()])
  }
}
