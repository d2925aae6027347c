import {
  createMcpHandler,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type Tool,
} from '@modelcontextprotocol/server'
import { didYouMean } from '../../protocol/closest-name.ts'
import { isJsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import { callTool } from './call-tool.ts'
import type { McpPorts } from './ports.ts'

/** Answers a POST whose body is read, in any version of the protocol. */
export type ServeMcp = (request: Request, body: unknown) => Promise<Response>

/** An MCP server that keeps nothing between requests. `closing` cancels the calls that run. */
export function createToolboxServer(ports: McpPorts, closing: AbortSignal): ServeMcp {
  return (request, body) => {
    // Nothing that a client could subscribe to is ever published.
    const handler = createMcpHandler(() => openServer(ports, body, closing), { maxSubscriptions: 0 })
    return handler.fetch(request, { parsedBody: body })
  }
}

/** The server of one request. */
function openServer(ports: McpPorts, body: unknown, closing: AbortSignal): Server {
  const { toolbox, version } = ports
  const server = new Server({ name: 'chatterd', version }, { capabilities: { tools: {} } })
  const offered = () => toolbox.schemas().filter(({ function: { name } }) => !toolbox.isAsked(name))
  server.setRequestHandler('tools/list', () => ({ tools: offered().map(describeTool) }))
  server.setRequestHandler('tools/call', async ({ params: { name } }, { mcpReq }) => {
    const schema = offered().find((each) => each.function.name === name)
    if (!schema) throw noTool(name, offered())
    const call = { schema, args: postedArguments(body) }
    const { status, output } = await callTool(ports, call, AbortSignal.any([mcpReq.signal, closing]))
    return { content: [{ type: 'text', text: output }], ...(status !== 'succeeded' && { isError: true }) }
  })
  return server
}

/** The arguments of a call as they were posted: the package leaves out some names. */
function postedArguments(body: unknown): unknown {
  const params = isJsonObject(body) ? body.params : undefined
  return (isJsonObject(params) ? params.arguments : undefined) ?? {}
}

/** As models see it; the protocol wants the type of the arguments in words. */
function describeTool({ function: { name, description, parameters } }: ToolSchema): Tool {
  return {
    name,
    ...(description !== undefined && { description }),
    inputSchema: { type: 'object', ...parameters } as Tool['inputSchema'],
  }
}

function noTool(name: string, offered: readonly ToolSchema[]): ProtocolError {
  const names = offered.map((each) => each.function.name)
  const hint = didYouMean(name, names) || '.'
  const message = `There is no tool ${JSON.stringify(name.slice(0, 64))} here${hint}`
  return new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}
