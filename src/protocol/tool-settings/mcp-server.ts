/** A table `[mcpServers.NAME]`: an MCP server that has tools. */
export type McpServer = McpProgram | McpEndpoint

interface McpServerBase {
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

/** A server that is started, and spoken to over its standard input and output. */
export interface McpProgram extends McpServerBase {
  readonly type: 'stdio'
  /** A path, or a name that is looked up in `PATH`. */
  readonly program: string
  readonly args: readonly string[]
  /** All variables of the program. */
  readonly env: Readonly<Record<string, string>>
  /** The working directory; absolute. */
  readonly cwd: string
}

/** A server that runs elsewhere. `http`: Streamable HTTP; `sse`: HTTP with SSE, of the protocol's version 2024-11-05. */
export interface McpEndpoint extends McpServerBase {
  readonly type: 'http' | 'sse'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}
