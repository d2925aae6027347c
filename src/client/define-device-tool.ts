import type { FromJsonSchema, JsonSchema } from '../protocol/json-schema-type.ts'
import type { DeviceTool } from './types.ts'

/** A tool of this client whose `run` gets arguments of the types that its `parameters` say; write these `as const`, or in the call. */
export function defineDeviceTool<const Schema extends JsonSchema | undefined = undefined>(
  tool: Omit<DeviceTool, 'parameters' | 'run'> & {
    parameters?: Schema
    run(
      args: Schema extends JsonSchema ? FromJsonSchema<Schema> : Record<string, never>,
      context: { signal: AbortSignal; callId: string },
    ): unknown
  },
): DeviceTool {
  return tool as DeviceTool
}
