import type { Repair } from '../../protocol/repair.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { Fit, Toolbox, ToolOutcome } from '../../turn/ports/toolbox.ts'

/** What the MCP server works with. */
export interface McpPorts {
  toolbox: Pick<Toolbox, 'schemas' | 'isAsked' | 'run' | 'approvalOf'>
  /** Mends and checks the arguments of a tool, as those of a model. */
  fitCall(tool: ToolSchema, args: unknown): { fit: Fit; repairs: readonly Repair[] }
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
  /** Codes of what was mended; absent where nothing was. */
  repairs?: string[]
  status: ToolOutcome['status']
  ms: number
}
