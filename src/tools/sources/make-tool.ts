import type { CallLimits } from '../../protocol/call-limits.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'

/** What a source says of a tool. What is undefined is not there, and neither is an empty description. */
export interface ToolMembers extends CallLimits {
  name: string
  description?: string | undefined
  /** A JSON Schema. */
  parameters?: JsonObject | undefined
  idempotent?: boolean | undefined
  timeoutMs?: number | undefined
  run: Tool['run']
}

/** Makes a tool of a source. */
export function makeTool({ name, description, parameters, run, ...members }: ToolMembers): Tool {
  const { idempotent, timeoutMs, callsAtOnce, callsPerMinute } = members
  return {
    schema: {
      type: 'function',
      function: {
        name,
        ...(description !== undefined && description !== '' && { description }),
        ...(parameters && { parameters }),
      },
    },
    run,
    ...(idempotent && { idempotent: true }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(callsAtOnce !== undefined && { callsAtOnce }),
    ...(callsPerMinute !== undefined && { callsPerMinute }),
  }
}
