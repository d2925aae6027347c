import type { PatternLimits } from '../../protocol/call-limits.ts'
import type { Command } from './commands/command.ts'
import type { Endpoint } from './http/endpoint.ts'
import type { McpServer } from './mcp/mcp-server.ts'
import type { Api } from './openapi/api.ts'

/** What the settings file says of tools. */
export interface ToolChoice {
  folder: string
  /** True where the settings name the folder; else it is used where it exists. */
  isFolderGiven: boolean
  /** The names of the optional built-in tools that are offered. */
  on: readonly string[]
  /** Patterns of the names of tools that are not offered. */
  off: readonly string[]
  /** Patterns of the names of tools whose calls a person has to approve. */
  ask: readonly string[]
  /** What bounds the calls of tools, by patterns of their names. */
  limits: readonly PatternLimits[]
  /** The tools that run programs. */
  commands: readonly Command[]
  /** The tools that send requests to one endpoint. */
  http: readonly Endpoint[]
  /** The APIs whose OpenAPI documents have tools. */
  openapi: readonly Api[]
  /** The MCP servers that have tools. */
  mcpServers: readonly McpServer[]
}
