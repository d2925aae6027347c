import { randomUUID } from 'node:crypto'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import { requestIds } from '../../stream/request-id.ts'
import type { ToolOutcome } from '../../turn/ports/toolbox.ts'
import type { McpPorts } from './ports.ts'

/** A call as a client posted it. `args` can be anything. */
export interface PostedCall {
  schema: ToolSchema
  args: unknown
}

/** Checks the arguments, runs the tool and reports the call. */
export async function callTool(
  { toolbox, fitCall, onCallEnd }: McpPorts,
  { schema, args }: PostedCall,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const { name } = schema.function
  const callId = `call_${randomUUID()}`
  const begunAt = performance.now()
  const { fit, repairs } = fitCall(schema, args)
  const context = { signal, conversation: 'mcp', turn: 'mcp', callId, repairs: repairs.length }
  const outcome: ToolOutcome = fit.ok
    ? await toolbox.run(name, fit.arguments, context)
    : { status: 'failed', output: fit.error }
  const request = requestIds.getStore()
  onCallEnd({
    ...(request !== undefined && { request }),
    ...{ call: callId, tool: name, side: 'resident' },
    ...toolbox.approvalOf(name, fit.ok ? fit.arguments : fit.written),
    ...(repairs.length > 0 && { repairs: repairs.map(({ code }) => code) }),
    ...{ status: outcome.status, ms: Math.round(performance.now() - begunAt) },
  })
  return outcome
}
