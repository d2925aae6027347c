import type { JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** What a tool gets besides its arguments. */
export interface ToolContext {
  /** Aborted when the tool's time is over, or its turn ends. */
  signal: AbortSignal
  /** Name of the conversation. */
  conversation: string
  turn: string
  callId: string
}

/** A resident tool. `run` returns what the model reads: a string, or a value that is turned into JSON. The model reads the message of what it throws. */
export interface Tool {
  schema: ToolSchema
  run(args: JsonObject, context: ToolContext): Promise<unknown> | unknown
  /** True where a second start does no harm: when its process is gone, another may start it again. */
  idempotent?: true
  /** Replaces the toolbox's own limit, in milliseconds. */
  timeoutMs?: number
}

/** Arguments that fit a schema, or a message for the model that says what does not. */
export type Fit = { ok: true; arguments: JsonObject } | { ok: false; error: string }

/** How a resident call ended, and what the model reads as its result. */
export interface ToolOutcome {
  status: 'succeeded' | 'failed' | 'timed-out'
  output: string
}

/** The resident tools, with the limits and checks of all of them. No function throws. */
export interface Toolbox {
  /** The resident tools' schemas, in an order that never changes while the process runs. */
  schemas(): ToolSchema[]
  has(name: string): boolean
  /** True for a resident tool that may be started again. */
  isIdempotent(name: string): boolean
  /** Checks arguments against a tool's JSON Schema, of either side, and coerces them toward the declared types. */
  fit(schema: ToolSchema, args: unknown): Fit
  /** Runs a resident tool within its limits of time and output size. Arguments are those that `fit` gave. */
  run(name: string, args: JsonObject, context: ToolContext): Promise<ToolOutcome>
}
