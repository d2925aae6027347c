import type { Tool as ServerTool } from '@modelcontextprotocol/client'
import { isJsonObject } from '../../../protocol/json.ts'
import { matchPattern } from '../../../protocol/match-pattern.ts'
import type { McpServer } from '../../../protocol/tool-settings/mcp-server.ts'
import type { Tool } from '../../../turn/ports/toolbox.ts'
import { exactArguments } from '../argument-text.ts'
import { makeTool } from '../make-tool.ts'
import { createRedact } from '../redact.ts'
import { callResult } from './call-result.ts'
import type { Connection } from './connect-server.ts'
import { serverError } from './server-error.ts'

/** The toolbox has the time limit of calls; this is the longest one of timers. */
const noTimeout = 2 ** 31 - 1

/** The tools of a server that the operator wants. */
export function serverTools(server: McpServer, connection: Connection, tools: readonly ServerTool[]): Tool[] {
  const { tools: patterns = ['*'] } = server
  return tools
    .filter(({ name }) => patterns.some((pattern) => matchPattern(pattern, name)))
    .map((tool) => toolOf(server, connection, tool))
}

function toolOf(server: McpServer, connection: Connection, tool: ServerTool): Tool {
  const { name, description, inputSchema, annotations } = tool
  const redact = createRedact(server.secrets)
  const parameters: unknown = inputSchema
  return makeTool({
    name: server.prefix + name,
    description,
    parameters: isJsonObject(parameters) ? parameters : undefined,
    idempotent: annotations?.readOnlyHint || annotations?.idempotentHint,
    timeoutMs: server.timeoutMs,
    async run(args, { signal }) {
      try {
        const request = { name, arguments: exactArguments(args) }
        return callResult(await connection.client.callTool(request, { signal, timeout: noTimeout }), redact)
      } catch (error) {
        throw serverError(connection.reason() ?? error, redact)
      }
    },
  })
}

/** A sentence for each pattern of the operator that is the name of no tool. */
export function patternProblems(
  { name, tools: patterns = [] }: McpServer,
  tools: readonly ServerTool[],
): string[] {
  return patterns
    .filter((pattern) => !tools.some((tool) => matchPattern(pattern, tool.name)))
    .map((pattern) => `mcp:${name}: it has no tool ${pattern}`)
}

/** A sentence for each member of the table that another program has written, and that has no effect. */
export function unusedMembers({ name, unused = [] }: McpServer): string[] {
  return unused.map(
    (member) => `mcp:${name}: ${member} is a member of other programs, and has no effect here`,
  )
}
