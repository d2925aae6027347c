import type { Toolbox, ToolOutcome } from '../../turn/ports/toolbox.ts'

/** What the MCP server works with. */
export interface McpPorts {
  toolbox: Pick<Toolbox, 'schemas' | 'isAsked' | 'fit' | 'run' | 'approvalOf'>
  /** The version of chatterd. */
  version: string
  onCallEnd(report: McpCallReport): void
}

/** What came of one call, for the log: nothing of its arguments and its result. */
export interface McpCallReport {
  /** The id of the request that made it. */
  request?: string
  call: string
  tool: string
  side: 'resident'
  source: string
  /** Of the tool's name and the arguments, as the approval of a call has it. */
  hash: string
  status: ToolOutcome['status']
  ms: number
}
