import type { PatternLimits } from '../call-limits.ts'
import type { CommandTool } from './command-tool.ts'
import type { HttpTool } from './http-tool.ts'
import type { McpServer } from './mcp-server.ts'
import type { OpenApiSource } from './open-api-source.ts'

/** What the tables of the settings file say of tools. Lists are in the order of the file. */
export interface ToolSettings {
  /** The folder of modules; absolute. */
  readonly folder: string
  /** True where the file names the folder; else it is used where it exists. */
  readonly isFolderGiven: boolean
  /** The names of the built-in tools that are off by default, and switched on. */
  readonly on: readonly string[]
  /** Patterns of the names of tools that are not offered. */
  readonly off: readonly string[]
  /** Patterns of the names of tools whose calls a person has to approve. */
  readonly ask: readonly string[]
  /** What bounds the calls of tools, by patterns of their names. */
  readonly limits: readonly PatternLimits[]
  readonly commands: readonly CommandTool[]
  readonly http: readonly HttpTool[]
  readonly openapi: readonly OpenApiSource[]
  readonly mcpServers: readonly McpServer[]
}

/** Those of a file without tables. */
export function emptyToolSettings(folder: string): ToolSettings {
  return {
    ...{ folder, isFolderGiven: false },
    ...{ on: [], off: [], ask: [], limits: [] },
    ...{ commands: [], http: [], openapi: [], mcpServers: [] },
  }
}
