import type { Tool as ServerTool } from '@modelcontextprotocol/client'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import { matchPattern } from '../../../protocol/match-pattern.ts'
import type { McpServer } from '../../../protocol/tool-settings/mcp-server.ts'
import type { Tool } from '../../../turn/ports/toolbox.ts'
import { exactArguments } from '../argument-text.ts'
import { makeTool } from '../make-tool.ts'
import { createRedact, type Redact } from '../redact.ts'
import { callResult } from './call-result.ts'
import type { Connection } from './connect-server.ts'
import { serverError } from './server-error.ts'

/** The toolbox has the time limit of calls; this is the longest one of timers. */
const noTimeout = 2 ** 31 - 1

/** The tools of a server that the operator wants. */
export function serverTools(server: McpServer, connection: Connection, tools: readonly ServerTool[]): Tool[] {
  const { tools: patterns = ['*'] } = server
  const redact = createRedact(server.secrets)
  return tools
    .filter(({ name }) => patterns.some((pattern) => matchPattern(pattern, name)))
    .map((tool) => toolOf({ server, connection, redact }, tool))
}

interface Serving {
  server: McpServer
  connection: Connection
  redact: Redact
}

function toolOf({ server, connection, redact }: Serving, tool: ServerTool): Tool {
  const { name, description, inputSchema, annotations } = tool
  return makeTool({
    name: redact(server.prefix + name),
    description: description && redact(description),
    parameters: redactedSchema(inputSchema, redact),
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

/** Undefined where it is no object. */
function redactedSchema(schema: unknown, redact: Redact): JsonObject | undefined {
  if (!isJsonObject(schema)) return undefined
  try {
    const text = JSON.stringify(schema)
    const redacted = redact(text)
    const parsed: unknown = redacted === text ? schema : JSON.parse(redacted)
    return isJsonObject(parsed) ? parsed : undefined
  } catch {
    // It has so many levels that its tool is left out.
    return schema
  }
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
