/** A table `[mcpServers.NAME]`: an MCP server that is started, or one that runs elsewhere. */
export type McpTable = McpProgramTable | McpEndpointTable

interface McpTableBase {
  readonly name: string
  /** What the names of its tools begin with. */
  readonly prefix: string
  /** Patterns of the names that the server gives its tools. Absent: all. */
  readonly tools?: readonly string[]
  readonly timeoutMs?: number
  /** Members of the table that other programs have written, and that have no effect. */
  readonly unused?: readonly string[]
  /** Texts that nobody must read. */
  readonly secrets: readonly string[]
}

export interface McpProgramTable extends McpTableBase {
  readonly type: 'stdio'
  readonly program: string
  readonly args: readonly string[]
  /** All variables of the program. */
  readonly env: Readonly<Record<string, string>>
  /** Absolute. Default: the folder of the settings file. */
  readonly cwd: string
}

export interface McpEndpointTable extends McpTableBase {
  readonly type: 'http' | 'sse'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}
