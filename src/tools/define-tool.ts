import type { FromJsonSchema, JsonSchema } from '../protocol/json-schema-type.ts'
import type { ToolContext } from '../turn/ports/toolbox.ts'
import type { StandardSchema } from './standard-schema.ts'

/** What the arguments of a tool are described with. */
export type ToolParameters = StandardSchema | JsonSchema

/** The arguments that `run` gets. */
export type ArgumentsOf<Parameters> = Parameters extends {
  '~standard': { types?: { output: infer Output } | undefined }
}
  ? Output
  : FromJsonSchema<Parameters>

/** A tool as a module defines it. */
export interface ToolDefinition<Parameters = undefined> {
  /** Default: the name of the file, or of the export. */
  name?: string
  /** What the tool does, for the model. */
  description?: string
  /**
   * A JSON Schema of the type "object", or a schema of any library that gives one
   * ([Standard Schema](https://standardschema.dev/json-schema), such as Zod 4 or ArkType). Default: no arguments.
   */
  parameters?: Parameters
  /** True where a second start does no harm: when its process is gone, another one may start the call again. */
  idempotent?: boolean
  /** How long a call may run, in milliseconds. Default: the setting `tool-timeout`. */
  timeoutMs?: number
  /** How many calls run at once in one process; others wait. Default: as many as of all tools together. */
  callsAtOnce?: number
  /** How many calls begin within a minute in one process; others fail. Default: the setting `tool-calls-per-minute`. */
  callsPerMinute?: number
  /** Runs one call. The model reads what it returns: a string, or a value that is turned into JSON; and the message of what it throws. */
  run(args: ArgumentsOf<Parameters>, context: ToolContext): unknown
}

/** Returns the definition as it is: it gives the arguments of `run` the types of `parameters`. */
export function defineTool<const Parameters extends ToolParameters | undefined = undefined>(
  tool: ToolDefinition<Parameters>,
): ToolDefinition<Parameters> {
  return tool
}
