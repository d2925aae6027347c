import type { Toolbox } from '../../turn/ports/toolbox.ts'

/** What the MCP server works with. */
export interface McpPorts {
  toolbox: Pick<Toolbox, 'schemas' | 'isAsked' | 'fit' | 'run'>
  /** The version of chatterd. */
  version: string
}
