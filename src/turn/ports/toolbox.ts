import type { JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** What a running tool is given besides its arguments. */
export interface ToolContext {
  /** Aborted when the tool's time is over, or its turn ends. */
  signal: AbortSignal
  /** Name of the conversation. */
  conversation: string
  turn: string
  callId: string
}

/** A resident tool. `run` returns what the model reads: a string, or a value that is turned into JSON. A throw is told to the model. */
export interface Tool {
  schema: ToolSchema
  run(args: JsonObject, context: ToolContext): Promise<unknown> | unknown
  /** True where starting it twice does no harm: when its process is gone, another may start it again. */
  idempotent?: true
  /** Overrides the toolbox's own limit, in milliseconds. */
  timeoutMs?: number
}

/** Arguments made to fit a schema, or words that tell the model what does not fit. */
export type Fit = { ok: true; arguments: JsonObject } | { ok: false; error: string }

/** How a resident call ended, and what the model reads of it. */
export interface ToolOutcome {
  status: 'succeeded' | 'failed' | 'timed-out'
  output: string
}

/** The resident tools, with the rules that hold for all of them. None of its functions throws. */
export interface Toolbox {
  /** The resident tools' schemas, in an order that never changes while the process runs. */
  schemas(): ToolSchema[]
  has(name: string): boolean
  /** True for a resident tool that may be started again. */
  isIdempotent(name: string): boolean
  /** Validates arguments by name against the tool's own JSON Schema, coercing only toward the declared types. Works for device tools too. */
  fit(schema: ToolSchema, args: unknown): Fit
  /** Runs a resident tool within its limits of time and output size. Arguments are those that `fit` gave. */
  run(name: string, args: JsonObject, context: ToolContext): Promise<ToolOutcome>
}
